import { roundDecimals, shiftPoint } from '../../../reading/decimals.ts';
import type { DsmrReading } from '../../dsmr-fields.ts';

/** What is published by its name: a topic each, or all as one object. Null is an empty message. */
export type Values = Readonly<Record<string, string | number | null>>;

/** `2026-07-01T12:00:00Z`, of an RFC 3339 time. */
export function utc(time: string): string {
  return printUtc(Date.parse(time));
}

export function printUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`;
}

/** What registers say, in whole Wh and dm3; without those that the reading does not have. */
export type Amounts = Readonly<Record<string, number>>;

/** Registers by DSMR-reader's names, and what their use in a day is called there. */
export const REGISTERS = [
  ['electricity_delivered_1', 'electricity1'],
  ['electricity_delivered_2', 'electricity2'],
  ['electricity_returned_1', 'electricity1_returned'],
  ['electricity_returned_2', 'electricity2_returned'],
  ['extra_device_delivered', 'gas'],
] as const;

export function amountsOf(reading: DsmrReading): Amounts {
  const known = REGISTERS.flatMap(([theirs, name]) => {
    const value = reading[theirs];
    return value === undefined ? [] : [[name, thousandthsIn(String(value))] as const];
  });
  return Object.fromEntries(known);
}

/** `671.578` is 671578. */
export function thousandthsIn(decimal: string): number {
  return Number(shiftPoint(roundDecimals(decimal, 3), 3));
}

/** 671578 is `671.578`. */
export function printThousandths(thousandths: number): string {
  return roundDecimals(shiftPoint(String(thousandths), -3), 3);
}
