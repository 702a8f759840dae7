import type { Telegram } from '../telegram/telegram.ts';
import { Durations, OF_DISK_S } from '../time/durations.ts';
import type { Letter } from './letter.ts';
import { WaitingRoom } from './waiting-room.ts';

/** How much goes to the thread at once when telegrams come faster than it commits. */
const LARGEST_APPEND = { count: 500, bytes: 250_000 };
/** How long it waits before it tries again what could not be written, or opened. */
export const RETRY_MS = 5_000;

export interface IntakeOptions {
  /** @returns their sequence numbers once they are committed. @throws where they cannot be written now. */
  readonly write: (telegrams: readonly Telegram[]) => Promise<readonly number[]>;
  readonly accepted: (letters: readonly Letter[]) => void;
  /** They wait in memory and are tried again. */
  readonly refused: (error: Error) => void;
  /** It fell out of memory. */
  readonly lost: (telegram: Telegram) => void;
}

/** Telegrams on their way into the journal: one append at a time, in order; what cannot be written waits in memory. */
export class Intake {
  /** How long each took from here to the journal. */
  readonly took = new Durations(OF_DISK_S);
  readonly #options: IntakeOptions;
  readonly #waitingRoom: WaitingRoom;
  #retryTimer: NodeJS.Timeout | undefined;
  /** When each was handed over, oldest first; so many of them are in the append under way. */
  readonly #handedMs: number[] = [];
  #inHand = 0;
  #appendingSince: number | undefined;
  /** Settles with the append under way. */
  #appending: Promise<void> = Promise.resolve();
  #state: 'waiting' | 'open' | 'closing' = 'waiting';

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#waitingRoom = new WaitingRoom((telegram) => {
      this.#handedMs.splice(this.#inHand, 1);
      options.lost(telegram);
    });
  }

  /** Telegrams in memory that are not accepted yet. */
  get count(): number {
    return this.#waitingRoom.count;
  }

  /** For how long the append under way has been without a sign of life, in milliseconds. */
  get appendingMs(): number {
    return this.#appendingSince === undefined ? 0 : performance.now() - this.#appendingSince;
  }

  add(telegram: Telegram): void {
    this.#handedMs.push(performance.now());
    this.#waitingRoom.add(telegram);
    this.#next();
  }

  /** Resolves once few enough telegrams wait in memory: for sources that can wait, such as a capture. */
  async room(signal: AbortSignal): Promise<void> {
    await this.#waitingRoom.room(signal);
  }

  /** The journal is open. What it accepts is told in a later turn. */
  open(): void {
    this.#state = 'open';
    this.#next();
  }

  /** The append under way gave a sign of life. */
  alive(): void {
    if (this.#appendingSince !== undefined) this.#appendingSince = performance.now();
  }

  /** No new append; what waits is written by {@link drain}. */
  stop(): void {
    this.#state = 'closing';
    clearTimeout(this.#retryTimer);
  }

  /** Writes what waits, as far as the disk takes it. */
  async drain(): Promise<void> {
    await this.#appending;
    while (this.#waitingRoom.count > 0 && (await this.#append(this.#waitingRoom.take(LARGEST_APPEND))));
  }

  /** Nothing can be written any more. @returns how many of each source were still waiting. */
  abandon(): ReadonlyMap<string, number> {
    return this.#waitingRoom.abandon();
  }

  #next(): void {
    const isBusy = this.#state !== 'open' || this.#appendingSince !== undefined || this.#retryTimer !== undefined;
    if (isBusy || this.#waitingRoom.count === 0) return;
    this.#appending = this.#append(this.#waitingRoom.take(LARGEST_APPEND)).then(() => this.#next());
  }

  /** @returns whether they were accepted; otherwise they wait again. */
  async #append(telegrams: readonly Telegram[]): Promise<boolean> {
    this.#appendingSince = performance.now();
    this.#inHand = telegrams.length;
    const seqs = await this.#options.write(telegrams).catch((error: unknown) => this.#refuse(telegrams, error));
    this.#appendingSince = undefined;
    this.#inHand = 0;
    if (seqs === undefined) return false;
    for (const handedMs of this.#handedMs.splice(0, telegrams.length)) this.took.add(performance.now() - handedMs);
    this.#options.accepted(telegrams.map((telegram, index) => ({ seq: seqs[index] ?? NaN, telegram })));
    return true;
  }

  #refuse(telegrams: readonly Telegram[], error: unknown): undefined {
    this.#waitingRoom.putBack(telegrams);
    if (this.#state === 'closing') return;
    this.#options.refused(error instanceof Error ? error : new Error(String(error)));
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#next();
    }, RETRY_MS);
  }
}
