import type { Age } from '../endpoints/own-time.ts';
import type { Journal } from '../journal/journal.ts';
import type { ClockState } from '../journal/restamping.ts';
import type { Letter } from '../journal/letter.ts';
import { machineTime, type MachineTime } from '../time/boot.ts';
import { hasBeenSet, isClockSet, stepBetween } from '../time/wall-clock.ts';

export interface ClockWatchOptions {
  /** The clock was set by so many milliseconds, back where negative. */
  readonly stepped: (byMs: number, wasSet: boolean) => void;
  /** The clock turned out not to be set yet. */
  readonly unset: (time: MachineTime) => void;
  /** The clock, which was not set, was set by so many milliseconds, 0 where it is only believed from now on. */
  readonly moved: (byMs: number, time: MachineTime, isSet: boolean) => void;
  readonly time?: () => MachineTime;
}

const LOOK_MS = 1_000;
/** A telegram from the future, or a machine that is never told the time, must not hold telegrams back for ever. */
const BELIEVED_AFTER_MS = 86_400_000;

/** Watches whether this machine's clock is set. Until it is known to be, the time of a new telegram is not sure. */
export class ClockWatch {
  readonly #options: ClockWatchOptions;
  readonly #began: MachineTime;
  #last: MachineTime;
  /** How the journal saw the clock; undefined until it is open. */
  #state: ClockState | undefined;
  #isSet = false;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#began = this.#read();
    this.#last = this.#began;
  }

  /** True once it is known to be, and from then on. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** Looks each second until the signal aborts. */
  start(signal: AbortSignal): void {
    const timer = setInterval(() => this.look(), LOOK_MS).unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** The journal is open. */
  begin(state: ClockState): void {
    this.#state = state;
    this.#isSet = state.isSet;
    this.look();
    if (!this.#isSet) this.#options.unset(this.#last);
  }

  /** The way for telegrams into the journal: the clock may have been set since the last look. */
  before(journal: Pick<Journal, 'append' | 'keep' | 'room'>): Pick<Journal, 'append' | 'keep' | 'room'> {
    return {
      append: (telegram) => {
        if (!this.#isSet) this.look();
        journal.append(telegram);
      },
      keep: async (telegram) => {
        if (!this.#isSet) this.look();
        return journal.keep(telegram);
      },
      room: async (signal) => journal.room(signal),
    };
  }

  look(): void {
    const time = this.#read();
    const byMs = stepBetween(this.#last, time);
    this.#last = time;
    if (byMs !== 0) this.#options.stepped(byMs, this.#isSet);
    if (this.#isSet) return;
    this.#isSet = this.#isSetAt(time);
    if (byMs !== 0 || this.#isSet) this.#options.moved(byMs, time, this.#isSet);
  }

  ageOf({ seq, telegram }: Letter): Age {
    const isEarlier = !this.#isSet && seq <= (this.#state?.after ?? 0);
    const ms = this.#read().wallMs - telegram.receivedAt.getTime();
    return { ms: isEarlier ? Infinity : ms, isSure: this.#isSet || isEarlier };
  }

  #isSetAt(time: MachineTime): boolean {
    if (this.#state === undefined) return false;
    const lastsLong = time.uptimeMs - this.#began.uptimeMs >= BELIEVED_AFTER_MS;
    const isBelieved = lastsLong && isClockSet({ ...time, isSynchronised: true }, 0);
    return isBelieved || hasBeenSet(this.#began, time, this.#state.newestMs);
  }

  #read(): MachineTime {
    return (this.#options.time ?? machineTime)();
  }
}
