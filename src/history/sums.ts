import type { Registers } from './sample.ts';

/** What a period adds up to. */
export interface Sums {
  readonly imported: number;
  readonly exported: number;
  /** What each tariff used: `import1` … */
  readonly tariffs: Registers;
  /** How many of its seconds were seen. */
  readonly seconds: number;
  /** Readings of power, and what they add up to: import minus export. */
  readonly powers: number;
  readonly powerSumW: number;
  readonly powerMaxW: number | undefined;
  readonly powerMinW: number | undefined;
  /** Joules: import of phases 1 to 3, then export; null where nothing was read. */
  readonly phasesJ: readonly (number | null)[];
  readonly isEstimated: boolean;
}

export const NOTHING: Sums = {
  imported: 0,
  exported: 0,
  tariffs: {},
  seconds: 0,
  powers: 0,
  powerSumW: 0,
  powerMaxW: undefined,
  powerMinW: undefined,
  phasesJ: [null, null, null, null, null, null],
  isEstimated: false,
};

export function addUp(all: readonly Sums[]): Sums {
  return all.length === 1 ? (all[0] ?? NOTHING) : all.reduce(add, NOTHING);
}

export function add(one: Sums, other: Sums): Sums {
  if (one === NOTHING) return other;
  if (other === NOTHING) return one;
  return {
    imported: one.imported + other.imported,
    exported: one.exported + other.exported,
    tariffs: addRegisters(one.tariffs, other.tariffs),
    seconds: one.seconds + other.seconds,
    powers: one.powers + other.powers,
    powerSumW: one.powerSumW + other.powerSumW,
    powerMaxW: extreme(Math.max, one.powerMaxW, other.powerMaxW),
    powerMinW: extreme(Math.min, one.powerMinW, other.powerMinW),
    phasesJ: one.phasesJ.map((joules, phase) => addOrNull(joules, other.phasesJ[phase] ?? null)),
    isEstimated: one.isEstimated || other.isEstimated,
  };
}

function addRegisters(one: Registers, other: Registers): Registers {
  const sum: Record<string, number> = { ...one };
  for (const [name, value] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

function addOrNull(one: number | null, other: number | null): number | null {
  return one === null ? other : one + (other ?? 0);
}

function extreme(choose: typeof Math.max, one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : other === undefined ? one : choose(one, other);
}
