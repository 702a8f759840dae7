import type { Letter } from '../../journal/letter.ts';
import { stateReader, type StateReading } from '../../reading/state-reader.ts';
import type { MeterState } from '../../reading/state.ts';
import { headerOf } from '../../reading/meter-model.ts';
import { CounterGate } from './counter-gate.ts';
import { p1Version, type MeterFacts } from './documents.ts';
import { Inventory } from './inventory.ts';
import type { CompleteState } from './messages.ts';
import { Pace, type PaceOptions } from './pace.ts';
import { Presence } from './presence.ts';

export interface ShownMeterOptions extends PaceOptions {
  /** Name of its source. */
  readonly meter: string;
  readonly nickname: string | undefined;
  readonly timeZone: string;
  readonly gasChannel: number | undefined;
  /** What the broker kept of it from before. */
  readonly shown: MeterState;
  /** The names that it had before. */
  readonly names: readonly string[];
}

/** What comes of a telegram. */
export interface Seen {
  /** Whether its state goes now. */
  readonly isDue: boolean;
  /** Whether it has more than before, or less. */
  readonly hasChanged: boolean;
}

/** A meter as it is shown: what it said last, when that is to be said, and whether it is heard. */
export class ShownMeter {
  readonly #options: ShownMeterOptions;
  readonly #read: (telegram: Letter['telegram']) => StateReading;
  readonly #gate: CounterGate;
  readonly #inventory: Inventory;
  readonly #pace: Pace;
  readonly #presence: Presence;
  #state: MeterState = {};
  #seq = 0;
  #make: Pick<MeterFacts, 'header' | 'version'> = { header: '', version: undefined };
  lastTelegramAt: Date | undefined;

  constructor(options: ShownMeterOptions, nowMs: number) {
    this.#options = options;
    this.#read = stateReader(options.timeZone, options.gasChannel);
    this.#gate = new CounterGate(options.shown);
    this.#inventory = new Inventory(options.names, nowMs);
    this.#pace = new Pace(options);
    this.#presence = new Presence(options.intervalMs);
  }

  /** Takes the next telegram; one that it knows already changes nothing. @param atMs when it came. */
  see({ seq, telegram }: Letter, atMs: number): Seen {
    if (seq === this.#seq) return { isDue: false, hasChanged: false };
    this.#seq = seq;
    const { state, reading, equipment } = this.#read(telegram);
    this.#state = this.#gate.pass(state, equipment);
    this.#make = { header: headerOf(telegram.raw), version: p1Version(reading.meter) };
    this.#presence.heard(atMs);
    this.lastTelegramAt = telegram.receivedAt;
    const power = this.#state['power'];
    const isDue = this.#pace.isDue(atMs, typeof power === 'number' ? power : undefined);
    return { isDue, hasChanged: this.#inventory.see(this.#state, atMs) };
  }

  isHeard(nowMs: number): boolean {
    return this.#presence.isHeard(nowMs);
  }

  get state(): CompleteState {
    return this.#inventory.complete(this.#state);
  }

  get facts(): MeterFacts {
    const { meter, nickname } = this.#options;
    return { meter, nickname, ...this.#make, names: this.#inventory.names };
  }
}
