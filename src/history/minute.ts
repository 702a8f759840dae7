import type { Point, Power, Sample } from './sample.ts';

/** Readings of one meter without a swap, and without a register that fell. */
export interface Run {
  readonly equipment: string | undefined;
  readonly first: Point;
  readonly last: Point;
}

/** What one minute saw of a meter: of readings behind `endS - 60`, up to and with `endS`. */
export interface Minute {
  readonly endS: number;
  /** Oldest first, never empty. */
  readonly runs: readonly Run[];
  readonly tariff: number | undefined;
  readonly samples: number;
  /** How many of its seconds were seen, by the usual time between two readings. */
  readonly seconds: number;
  readonly power: MinutePower | undefined;
}

interface MinutePower {
  readonly samples: number;
  /** Of import minus export: the sum over all samples, the highest, the lowest. */
  readonly sumW: number;
  readonly maxW: number;
  readonly minW: number;
  /** Joules of each phase, integrated from power: import of phases 1 to 3, then export. */
  readonly phasesJ: readonly (number | null)[];
}

const MINUTE_S = 60;
/** A clock that is set back by less than this stands still for us until it has caught up. */
const STEP_BACK_S = 120;
/** As many spacings as a minute of the fastest meter has. */
const MOST_SPACINGS = 240;

/** Gathers the readings of one meter into minutes. Pure: time is that of the readings. */
export class MinuteBuilder {
  #open: OpenMinute | undefined;
  #last: Sample | undefined;
  /** The usual time between two readings. */
  #spacingS = 1;

  /** @returns the minute that this reading is no part of any more, where it ends one. */
  add(sample: Sample): Minute | undefined {
    const current = this.#steady(sample);
    const endS = endOf(current.atS);
    const closed = this.#open !== undefined && this.#open.endS !== endS ? this.#close(this.#open) : undefined;
    this.#open ??= new OpenMinute(endS);
    this.#open.add(current, this.#last);
    this.#last = current;
    return closed;
  }

  /** The minute that is not over, as far as it was seen. */
  get open(): Minute | undefined {
    return this.#open?.summary(this.#spacingS);
  }

  #close(open: OpenMinute): Minute {
    const minute = open.summary(this.#spacingS);
    this.#spacingS = open.spacingS ?? this.#spacingS;
    this.#open = undefined;
    return minute;
  }

  #steady(sample: Sample): Sample {
    const lastS = this.#last?.atS ?? -Infinity;
    return sample.atS < lastS && sample.atS > lastS - STEP_BACK_S ? { ...sample, atS: lastS } : sample;
  }
}

/** Of a value that a meter captured by itself: the minute that it ends. */
export function minuteOf(sample: Sample): Minute {
  const minute = new OpenMinute(endOf(sample.atS));
  minute.add(sample, undefined);
  return minute.summary(MINUTE_S);
}

/** The end of the minute that a reading of that time is part of. */
export function endOf(atS: number): number {
  return MINUTE_S * Math.ceil(atS / MINUTE_S);
}

class OpenMinute {
  readonly endS: number;
  readonly #runs: { equipment: string | undefined; first: Point; last: Point }[] = [];
  readonly #spacings: number[] = [];
  readonly #phasesJ: (number | null)[] = [null, null, null, null, null, null];
  #tariff: number | undefined;
  #samples = 0;
  #powers = 0;
  #sumW = 0;
  #maxW = -Infinity;
  #minW = Infinity;

  constructor(endS: number) {
    this.endS = endS;
  }

  add(sample: Sample, before: Sample | undefined): void {
    const passedS = before === undefined ? 0 : sample.atS - before.atS;
    this.#samples += 1;
    this.#tariff = sample.tariff ?? this.#tariff;
    if (before !== undefined && this.#spacings.length < MOST_SPACINGS) this.#spacings.push(passedS);
    this.#extend(sample);
    if (sample.power !== undefined) this.#addPower(sample.power, passedS);
  }

  /** The middle one of the times between readings, if there are enough to tell. */
  get spacingS(): number | undefined {
    const sorted = this.#spacings.toSorted((one, other) => one - other);
    return sorted.length < 2 ? undefined : Math.max(1, sorted[Math.floor((sorted.length - 1) / 2)] ?? 1);
  }

  summary(usualS: number): Minute {
    const seconds = Math.min(MINUTE_S, this.#samples * Math.min(this.spacingS ?? usualS, MINUTE_S));
    const power = {
      samples: this.#powers,
      sumW: this.#sumW,
      maxW: this.#maxW,
      minW: this.#minW,
      phasesJ: [...this.#phasesJ],
    };
    return {
      endS: this.endS,
      runs: this.#runs.map((run) => ({ ...run })),
      tariff: this.#tariff,
      samples: this.#samples,
      seconds,
      power: this.#powers === 0 ? undefined : power,
    };
  }

  #extend(sample: Sample): void {
    const { equipment, atS, receivedS, registers } = sample;
    const point = { atS, receivedS, registers };
    const run = this.#runs.at(-1);
    if (run !== undefined && run.equipment === equipment && isNoLess(registers, run.last.registers)) run.last = point;
    else this.#runs.push({ equipment, first: point, last: point });
  }

  #addPower({ netW, phasesW }: Power, passedS: number): void {
    this.#powers += 1;
    this.#sumW += netW;
    this.#maxW = Math.max(this.#maxW, netW);
    this.#minW = Math.min(this.#minW, netW);
    // What was not seen for longer is a gap, and nobody knows what flowed in it.
    const seconds = passedS > MINUTE_S || passedS < 0 ? 0 : passedS;
    phasesW.forEach((watts, phase) => {
      if (watts !== null) this.#phasesJ[phase] = (this.#phasesJ[phase] ?? 0) + watts * seconds;
    });
  }
}

/** A register that is not there says nothing. */
function isNoLess(after: Point['registers'], before: Point['registers']): boolean {
  for (const name in after) if ((after[name] ?? 0) < (before[name] ?? 0)) return false;
  return true;
}
