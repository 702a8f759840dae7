import { isTariffOf, TOTALS, withTotals, type Total } from '../reading/energy-registers.ts';
import { type Point, type Registers } from './sample.ts';

/** Where a meter stands. */
export interface Standing {
  readonly equipment: string | undefined;
  /** Grows by one where another meter takes the place, or a register begins anew. */
  readonly epoch: number;
  readonly atS: number;
  readonly receivedS: number;
  /** As the meter shows them. */
  readonly shown: Registers;
  /** Counted on over all epochs, so that what was used is always a difference. */
  readonly counted: Registers;
}

/** No meter of fewer digits rolls over in its life: 9,999,999 Wh or dm3. */
const SMALLEST_ROLLOVER = 1e7;

/**
 * Where a meter stands once it shows this. Energy between the last reading of one meter and the first of the next is nobody's: it
 * counts as none. So does a register that fell; one that went over its last digit did not fall.
 */
export function follow(before: Standing | undefined, point: Point, equipment: string | undefined): Standing {
  if (before === undefined) return begin(point, equipment);
  const { atS, receivedS, registers } = point;
  const isSwapped = isOther(before.equipment, equipment);
  const steps = isSwapped ? {} : stepsOf(before.shown, registers);
  const counted = countOn(before.counted, steps, registers);
  const shown = isSwapped ? registers : { ...before.shown, ...registers };
  const [shifts, shiftsBefore] = [shiftsOf({ counted, shown }), shiftsOf(before)];
  const begunAnew = isSwapped || TOTALS.some((total) => (shifts[total] ?? 0) !== (shiftsBefore[total] ?? 0));
  return {
    equipment: equipment ?? (isSwapped ? undefined : before.equipment),
    epoch: before.epoch + (begunAnew ? 1 : 0),
    ...{ atS, receivedS, shown, counted },
  };
}

/** By how much each counted register is ahead of the shown one, the same within an epoch. */
export function shiftsOf({ counted, shown }: Pick<Standing, 'counted' | 'shown'>): Registers {
  const all = Object.entries(withTotals(shown));
  return Object.fromEntries(all.map(([name, value]) => [name, (counted[name] ?? value) - value]));
}

function begin({ atS, receivedS, registers }: Point, equipment: string | undefined): Standing {
  return { equipment, epoch: 1, atS, receivedS, shown: registers, counted: withTotals(registers) };
}

/** What each register moved by; one that was not there before has not moved. */
function stepsOf(before: Registers, after: Registers): Registers {
  const steps: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) {
    const last = before[name];
    if (last !== undefined) steps[name] = step(last, value);
  }
  // Where the meter prints the total in some telegrams only, those that have it count.
  for (const total of TOTALS) steps[total] ??= before[total] === undefined ? sumOfTariffs(total, steps) : 0;
  return steps;
}

function sumOfTariffs(total: Total, steps: Registers): number {
  return Object.entries(steps).reduce((sum, [name, value]) => sum + (isTariffOf(total, name) ? value : 0), 0);
}

function step(last: number, value: number): number {
  if (value >= last) return value - last;
  const limit = 10 ** String(last).length;
  const hasRolledOver = limit > SMALLEST_ROLLOVER && last >= 0.99 * limit && value <= 0.01 * limit;
  return hasRolledOver ? limit - last + value : 0;
}

function countOn(before: Registers, steps: Registers, shown: Registers): Registers {
  const counted: Record<string, number> = { ...before };
  for (const [name, value] of Object.entries(withTotals(shown))) {
    const last = before[name];
    counted[name] = last === undefined ? value : last + (steps[name] ?? 0);
  }
  return counted;
}

/** One that does not say who it is may be the same. */
function isOther(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}
