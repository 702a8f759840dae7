import { toBaseUnits } from '../reading/base-units.ts';
import { headerOf, modelOf } from '../reading/meter-model.ts';
import type { Quantity } from '../reading/quantity.ts';
import type { Letter } from '../journal/letter.ts';
import type { About } from './meters.ts';
import { MinuteBuilder, minuteOf } from './minute.ts';
import type { MeterPlace } from './sample.ts';
import { Sampler, type SamplerOptions } from './sampler.ts';
import type { PlacedMinute } from './writing.ts';

/** A minute is over so long after its end, where no reading comes that ends it. */
const PATIENCE_MS = 3_000;

/** Makes minutes of the letters of one source, and knows which letters are in them. */
export class Feed {
  readonly #options: SamplerOptions;
  readonly #sampler: Sampler;
  #builder = new MinuteBuilder();
  #place: MeterPlace | undefined;
  #about: About;
  /** The first letter of the minute that is not over. */
  #opening: number;
  #endsAtMs = Infinity;
  /** The last letter that it was given. */
  seen: number;
  /** When that one was received, Unix seconds. */
  receivedS: number | undefined;

  /** @param after the letters behind this one are new. */
  constructor(options: SamplerOptions, after: number) {
    this.#options = options;
    this.#sampler = new Sampler(options);
    this.#about = {
      timeZone: options.timeZone,
      manufacturer: undefined,
      model: undefined,
      version: undefined,
      capacityW: undefined,
    };
    this.seen = after;
    this.#opening = after + 1;
  }

  /** All letters up to and with this one are in minutes that are over. */
  get done(): number {
    return this.#opening - 1;
  }

  /** The end of the minute that is not over. */
  get openEndS(): number | undefined {
    return this.#builder.open?.endS;
  }

  /** @param nowMs of a clock that is never set. @returns the minutes that end with it. */
  add({ seq, telegram }: Letter, nowMs: number): PlacedMinute[] {
    const over: PlacedMinute[] = [];
    const taken = this.#sampler.take(telegram);
    let isOpening = this.#place === undefined;
    for (const { place, sample } of taken) {
      if (place.medium !== 'electricity') {
        over.push({ place, about: this.#about, minute: minuteOf(sample) });
        continue;
      }
      const minute = this.#builder.add(sample);
      if (minute !== undefined) {
        over.push({ place, about: this.#about, minute });
        isOpening = true;
      }
      this.#place = place;
      this.#endsAtMs = nowMs + 1_000 * ((this.#builder.open?.endS ?? sample.atS) - sample.atS) + PATIENCE_MS;
    }
    if (isOpening) this.#begin(seq, telegram.raw);
    this.seen = seq;
    this.receivedS = Math.floor(telegram.receivedAt.getTime() / 1_000);
    return over;
  }

  /** The minute that should be over by now (`Infinity`: any), though no reading ended it; once. It may come again with more in it. */
  overdue(nowMs: number): PlacedMinute[] {
    const { open } = this.#builder;
    if (this.#endsAtMs === Infinity || nowMs < this.#endsAtMs || open === undefined || this.#place === undefined)
      return [];
    this.#endsAtMs = Infinity;
    return [{ place: this.#place, about: this.#about, minute: open }];
  }

  /** What the meter says of itself is looked at once a minute. */
  #begin(seq: number, raw: Buffer): void {
    this.#opening = seq;
    const meter = this.#sampler.reading?.meter;
    const is = modelOf(headerOf(raw));
    this.#about = {
      timeZone: this.#options.timeZone,
      manufacturer: is?.manufacturer,
      model: is?.model,
      version: meter?.version ?? meter?.emucsVersion,
      capacityW: capacityOf(meter?.limit),
    };
  }
}

/** All nines stand for no limit. */
const NO_LIMIT = /^9+(?:\.9+)?$/;

function capacityOf(limit: Quantity | undefined): number | undefined {
  if (limit === undefined || NO_LIMIT.test(limit.value)) return undefined;
  const base = toBaseUnits(limit);
  return base?.unit === 'W' && base.value > 0 ? base.value : undefined;
}
