import type { Letter } from '../../journal/letter.ts';
import type { MeterPlace, ServiceView } from '../endpoint-type.ts';
import type { MeterFacts } from './documents.ts';
import { ErrorRate } from './error-rate.ts';
import { availabilityMessage, stateMessage } from './messages.ts';
import { objectIn } from './object-in.ts';
import type { PaceOptions } from './pace.ts';
import type { Publication } from './publication.ts';
import { ShownMeter, type Seen } from './shown-meter.ts';
import type { Topics } from './topics.ts';

export interface MetersOptions extends PaceOptions {
  readonly meters: ReadonlyMap<string, MeterPlace>;
  readonly topics: Topics;
  readonly service: Pick<ServiceView, 'sources'>;
}

/** What a broker has of a meter. */
export interface Before {
  /** Its state, as it was published. */
  readonly state: string;
  readonly names: readonly string[];
}

interface Entry {
  readonly meter: ShownMeter;
  readonly errors: ErrorRate;
  /** Whether it was said to be heard; undefined: nothing was said over this connection. */
  isToldHeard: boolean | undefined;
}

/** All meters that are shown. They outlive connections. */
export class Meters {
  readonly #options: MetersOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: MetersOptions) {
    this.#options = options;
  }

  /** Begins with what the broker has of them, where nothing newer is known. */
  open(before: (meter: string) => Before, nowMs: number): void {
    for (const [name, place] of this.#options.meters) {
      const entry = this.#entries.get(name) ?? this.#newEntry(name, place, before(name), nowMs);
      entry.isToldHeard = undefined;
      this.#entries.set(name, entry);
    }
  }

  see(letter: Letter, atMs: number): Seen {
    return this.#entries.get(letter.telegram.source)?.meter.see(letter, atMs) ?? { isDue: false, hasChanged: false };
  }

  /** Those that were heard since the start. */
  get facts(): readonly MeterFacts[] {
    return [...this.#entries.values()]
      .filter(({ meter }) => meter.lastTelegramAt !== undefined)
      .map(({ meter }) => meter.facts);
  }

  /** The state of a meter; nothing of one that was not heard since the start. */
  state(name: string, nowMs: number): Publication[] {
    const { topics } = this.#options;
    const entry = this.#entries.get(name);
    if (entry?.meter.lastTelegramAt === undefined) return [];
    return [stateMessage(topics, name, entry.meter.state, this.#line(name, entry, nowMs))];
  }

  /** Whether meters are heard, as far as that is another thing than was said; with their states, which say so, too. */
  presence(nowMs: number): Publication[] {
    return [...this.#entries].flatMap(([name, entry]) => {
      const isHeard = entry.meter.isHeard(nowMs);
      if (isHeard === entry.isToldHeard) return [];
      entry.isToldHeard = isHeard;
      return [...this.state(name, nowMs), availabilityMessage(this.#options.topics, name, isHeard)];
    });
  }

  /** All of that once more. */
  again(nowMs: number): Publication[] {
    for (const entry of this.#entries.values()) entry.isToldHeard = undefined;
    return this.presence(nowMs);
  }

  #newEntry(meter: string, place: MeterPlace, { state, names }: Before, nowMs: number): Entry {
    const nickname = this.#options.meters.size > 1 ? meter : undefined;
    const shown = objectIn(state) as ConstructorParameters<typeof ShownMeter>[0]['shown'];
    const options = { ...this.#options, ...place, meter, nickname, shown, names };
    return { meter: new ShownMeter(options, nowMs), errors: new ErrorRate(), isToldHeard: undefined };
  }

  #line(name: string, { meter, errors }: Entry, nowMs: number) {
    const source = this.#options.service.sources().find((one) => one.name === name);
    const counts = source ?? { accepted: 0, rejected: 0 };
    return {
      lastTelegramAt: meter.lastTelegramAt,
      rejectedPercent: errors.percent(counts, nowMs),
      hasProblem: source?.trouble !== undefined || !meter.isHeard(nowMs),
    };
  }
}
