import type { Telegram } from '../telegram/telegram.ts';
import type { Passed } from './cursors.ts';
import type { KeptDeadLetter } from './dead-letters.ts';
import type { Letter } from './letter.ts';
import type { Losses } from './losses.ts';
import type { Quarantined } from './open.ts';
import type { TakenOut } from './placing.ts';
import type { JournalState, Message, WorkerSettings } from './protocol.ts';
import { Recent } from './recent.ts';
import type { Row } from './store.ts';
import { Thread } from './thread.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What the journal tells of itself. */
export interface JournalEvents {
  /** These are committed: from here on they are the endpoints'. */
  accepted(letters: readonly Letter[]): void;
  /** A telegram cannot be written now; it is kept in memory and tried again. */
  refused(error: Error): void;
  /** Writing works again. */
  recovered(): void;
  /** So many telegrams fell out of memory before they could be written. */
  lost(count: number, source: string): void;
  quarantined(quarantined: Quarantined): void;
  /** What endpoints lost to the journal's size or to damage; negative where some had been sent and arrived. */
  letGo(letters: ReadonlyMap<string, Losses>): void;
  /** Endpoints that the last process had and this one has not. */
  takenOut(endpoints: readonly TakenOut[]): void;
  /** The thread itself ended. */
  failed(error: Error): void;
}

/** A letter whose row in the journal is damaged: nothing can be sent of it. */
export interface DamagedLetter {
  readonly seq: number;
  readonly damaged: true;
  readonly source: string;
  readonly receivedAt: Date;
}

/** How much goes to the thread at once when telegrams come faster than it commits. */
const LARGEST_APPEND = { count: 500, bytes: 250_000 };
const RETRY_MS = 5_000;
/** A stop waits so long for a card that hangs. */
const CLOSE_MS = 10_000;

/**
 * The accepted telegrams, kept by a thread of their own. Accepted means committed: `events.accepted` tells.
 *
 * What the thread cannot take at the moment (a full disk, a stalled card) waits in memory, bounded.
 */
export class Journal {
  readonly #thread: Thread;
  readonly #events: JournalEvents;
  readonly #waitingRoom: WaitingRoom;
  readonly #recent = new Recent();
  #retryTimer: NodeJS.Timeout | undefined;
  #appendingSince: number | undefined;
  /** Settles with the append under way. */
  #appending: Promise<void> = Promise.resolve();
  #refusing = false;
  #closing = false;

  /**
   * Starts the thread and opens the journal.
   *
   * @throws Error whose `name` is DatabaseInUse, DatabaseTooNew, StateDenied or JournalFull, or a file system error.
   */
  static async open(
    settings: WorkerSettings,
    events: JournalEvents,
    script = defaultScript(),
  ): Promise<{ journal: Journal; state: JournalState }> {
    const journal = new Journal(settings, events, script);
    try {
      const state = await journal.#thread.ask('open', {});
      journal.#recent.begin(state.head);
      return { journal, state };
    } catch (error) {
      await journal.#thread.end();
      throw error;
    }
  }

  private constructor(settings: WorkerSettings, events: JournalEvents, script: URL) {
    this.#events = events;
    this.#waitingRoom = new WaitingRoom((count, source) => events.lost(count, source));
    this.#thread = new Thread(script, settings, {
      told: (message) => this.#hear(message),
      failed: (error) => events.failed(error),
    });
  }

  /** Telegrams in memory that are not accepted yet. */
  get unaccepted(): number {
    return this.#waitingRoom.count;
  }

  /** For how long the thread has been busy with the telegrams in hand, in milliseconds: a hung card shows here. */
  get appendingMs(): number {
    return this.#appendingSince === undefined ? 0 : performance.now() - this.#appendingSince;
  }

  /** Hands a telegram over; `events.accepted` tells when it is safe. */
  append(telegram: Telegram): void {
    this.#waitingRoom.add(telegram);
    this.#appendNext();
  }

  /** Resolves once few enough telegrams wait in memory: for sources that can wait, such as a capture. */
  async room(signal: AbortSignal): Promise<void> {
    await this.#waitingRoom.room(signal);
  }

  /** Letters of one source (or of all) behind a sequence number, oldest first; a damaged one comes without bytes. */
  async read(after: number, limit: number, source: string | undefined): Promise<readonly (Letter | DamagedLetter)[]> {
    const recent = this.#recent.behind(after, limit, source);
    if (recent !== undefined) return recent;
    const rows = await this.#thread.ask('read', { after, limit, source });
    return rows.map(toLetter);
  }

  /** The letters of a source just before a sequence number, oldest first, without damaged ones. */
  async before(seq: number, limit: number, source: string): Promise<readonly Letter[]> {
    const rows = await this.#thread.ask('before', { seq, limit, source });
    return rows.map(toLetter).filter(isWhole);
  }

  /** Resolves once it is noted that an endpoint's letters are being sent (`sending`), or that none is in doubt. */
  async doubt(endpoint: string, doubt: 'sending' | null): Promise<void> {
    await this.#thread.ask('doubt', { endpoint, doubt });
  }

  /** An endpoint is done with a letter. */
  pass(passed: Passed): void {
    this.#thread.pass(passed);
  }

  /** Makes a letter a dead letter, or sets it aside; resolves once that is on the card. */
  async bury(endpoint: string, letter: Letter | DamagedLetter, reason: string, aside = false): Promise<void> {
    const { seq } = letter;
    const { source, receivedAt } = 'damaged' in letter ? letter : letter.telegram;
    const checksum = 'damaged' in letter ? 'valid' : letter.telegram.checksum;
    const raw = 'damaged' in letter ? undefined : new Uint8Array(letter.telegram.raw);
    const dead = { seq, source, at: receivedAt.getTime(), checksum, raw, buriedAt: Date.now(), reason } as const;
    await this.#thread.ask('bury', { endpoint, letter: dead, aside });
  }

  /** Letters set aside, oldest first. */
  async aside(endpoint: string, limit: number): Promise<KeptDeadLetter[]> {
    return this.#thread.ask('aside', { endpoint, limit });
  }

  /** Letters set aside (up to this one) become dead letters; resolves once that is on the card. @returns how many. */
  async condemn(endpoint: string, upToId?: number): Promise<number> {
    return this.#thread.ask('condemn', { endpoint, upToId });
  }

  async dead(endpoint: string | undefined, limit: number): Promise<KeptDeadLetter[]> {
    return this.#thread.ask('dead', { endpoint, limit });
  }

  async deadToRetry(endpoint: string, limit: number): Promise<KeptDeadLetter[]> {
    return this.#thread.ask('deadToRetry', { endpoint, limit });
  }

  /** Marks dead letters to be sent again; all of the endpoint where no ids are given. @returns how many. */
  async retryDead(endpoint: string, ids: readonly number[] | undefined): Promise<number> {
    return this.#thread.ask('retryDead', { endpoint, ids });
  }

  /** Forgets dead letters; all of the endpoint where no ids are given. @returns how many. */
  async dropDead(endpoint: string, ids: readonly number[] | undefined): Promise<number> {
    return this.#thread.ask('dropDead', { endpoint, ids });
  }

  /** A dead letter was taken at its second try; resolves once that is on the card. */
  async deadTaken(endpoint: string, id: number): Promise<void> {
    await this.#thread.ask('deadTaken', { endpoint, id });
  }

  async deadRefusedAgain(id: number, reason: string): Promise<void> {
    await this.#thread.ask('deadRefusedAgain', { id, reason, buriedAt: Date.now() });
  }

  async state(): Promise<JournalState> {
    return this.#thread.ask('state', {});
  }

  /**
   * Writes what waits, as far as the disk takes it (the rest is lost, counted), and closes the files.
   *
   * @throws Error where the thread ended before, or does not answer.
   */
  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#retryTimer);
    try {
      await within(CLOSE_MS, this.#finish());
    } finally {
      this.#waitingRoom.abandon();
      await this.#thread.end();
    }
  }

  async #finish(): Promise<void> {
    await this.#appending;
    while (this.#waitingRoom.count > 0 && (await this.#append(this.#waitingRoom.take(LARGEST_APPEND))));
    await this.#thread.ask('close', {});
  }

  #appendNext(): void {
    const busy = this.#appendingSince !== undefined || this.#retryTimer !== undefined || this.#closing;
    if (busy || this.#waitingRoom.count === 0) return;
    this.#appending = this.#append(this.#waitingRoom.take(LARGEST_APPEND)).then(() => this.#appendNext());
  }

  /** @returns whether they were accepted; otherwise they wait again. */
  async #append(telegrams: readonly Telegram[]): Promise<boolean> {
    this.#appendingSince = performance.now();
    const answer = this.#thread.ask('append', { telegrams: telegrams.map(toIncoming) });
    const seqs = await answer.catch((error: unknown) => this.#refuse(telegrams, error));
    this.#appendingSince = undefined;
    if (seqs === undefined) return false;
    this.#accept(telegrams.map((telegram, index) => ({ seq: seqs[index] ?? NaN, telegram })));
    return true;
  }

  #accept(letters: readonly Letter[]): void {
    this.#recent.add(letters);
    if (this.#refusing) this.#events.recovered();
    this.#refusing = false;
    this.#events.accepted(letters);
  }

  #refuse(telegrams: readonly Telegram[], error: unknown): undefined {
    this.#waitingRoom.putBack(telegrams);
    if (this.#closing) return;
    if (!this.#refusing) this.#events.refused(error instanceof Error ? error : new Error(String(error)));
    this.#refusing = true;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#appendNext();
    }, RETRY_MS);
  }

  #hear(message: Extract<Message, { event: string }>): void {
    if (message.event === 'quarantined') {
      this.#recent.forget();
      this.#events.quarantined(message.quarantined);
    } else if (message.event === 'takenOut') this.#events.takenOut(message.endpoints);
    else this.#events.letGo(message.letters);
  }
}

/** With a buffer of its own: a piece of a shared one would be copied to the thread with all of its neighbours. */
function toIncoming({ source, receivedAt, checksum, raw }: Telegram) {
  return { source, at: receivedAt.getTime(), checksum, raw: new Uint8Array(raw) };
}

function toLetter({ seq, source, at, checksum, raw }: Row): Letter | DamagedLetter {
  const receivedAt = new Date(at);
  if (raw === undefined) return { seq, damaged: true, source, receivedAt };
  return { seq, telegram: { source, receivedAt, checksum, raw: Buffer.from(raw.buffer, raw.byteOffset, raw.length) } };
}

function isWhole(letter: Letter | DamagedLetter): letter is Letter {
  return !('damaged' in letter);
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    const error = new Error(`the journal did not close within ${ms / 1_000} s: its disk does not answer`);
    timer = setTimeout(() => reject(error), ms);
  });
  await Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

function defaultScript(): URL {
  return new URL('./worker.js', import.meta.url);
}
