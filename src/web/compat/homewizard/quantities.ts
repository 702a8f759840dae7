import { toBaseUnits } from '../../../reading/base-units.ts';
import type { Quantity } from '../../../reading/quantity.ts';

/** The difference of two powers in watts; undefined where the meter prints neither. */
export function net(taken: Quantity | undefined, given: Quantity | undefined): number | undefined {
  if (taken === undefined && given === undefined) return undefined;
  return (base(taken) ?? 0) - (base(given) ?? 0);
}

/** In whole thousandths of its unit. */
export function base(quantity: Quantity | undefined): number | undefined {
  return quantity && toBaseUnits(quantity)?.value;
}

/** The number in its own unit, to the thousandth. */
export function inUnits(quantity: Quantity): number | undefined {
  const whole = base(quantity);
  return whole === undefined ? undefined : whole / 1_000;
}

/** The clock of the meter as a number, YYMMDDhhmmss, whatever the season. */
export function stampOf(time: string): number {
  return Number(time.slice(2, 'YYYY-MM-DDThh:mm:ss'.length).replaceAll(/\D/g, ''));
}
