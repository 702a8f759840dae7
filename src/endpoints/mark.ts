import { roundDecimals } from '../reading/decimals.ts';
import type { Reading } from '../reading/reading.ts';
import { isSummer } from '../reading/time.ts';
import { type DsmrReading, printedRegisters, REGISTERS } from './dsmr-fields.ts';

/** By what a reading that DSMR-reader has stored is told from others. Two readings may bear the same. */
export interface Mark {
  /** Its instant there: UTC in milliseconds. */
  readonly ms: number;
  /** Its registers of electricity, kWh with three decimals, one behind the other. */
  readonly registers: string;
}

/** The mark of a reading in DSMR-reader's own fields, posted or listed. Undefined where it has not all of them. */
export function markOfFields(fields: DsmrReading): Mark | undefined {
  return markOf(
    instantOf(fields['timestamp']),
    REGISTERS.map((name) => fields[name]),
  );
}

/** The mark that a telegram has once DSMR-reader has read it, by API v1. Undefined where it would stamp it itself, or not store it. */
export function markOfPrint(reading: Reading): Mark | undefined {
  const { time } = reading.meter;
  return time ? markOf(readAtServer(time), printedRegisters(reading)) : undefined;
}

export function sameMark(one: Mark, other: Mark): boolean {
  return one.ms === other.ms && one.registers === other.registers;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

function markOf(ms: number, registers: readonly unknown[]): Mark | undefined {
  const printed = registers.filter((value) => typeof value === 'string' && DECIMAL.test(value)) as string[];
  if (Number.isNaN(ms) || printed.length < REGISTERS.length) return undefined;
  return { ms, registers: printed.map((value) => roundDecimals(value, 3)).join(' ') };
}

function instantOf(timestamp: unknown): number {
  return typeof timestamp === 'string' && RFC_3339.test(timestamp) ? Date.parse(timestamp) : NaN;
}

const HOUR = 3_600_000;

/**
 * DSMR-reader reads a stamp as clocks in the Netherlands show it. Its S or W counts only in the hour that comes twice and
 * in the one that never comes, so that a meter in Sweden, which prints W all year, is an hour off there in summer.
 */
function readAtServer(time: string): number {
  const local = Date.parse(`${time.slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`);
  const [winter, summer] = [local - HOUR, local - 2 * HOUR];
  const certain = isSummer(winter) === isSummer(summer);
  return (certain ? isSummer(summer) : time.endsWith('+02:00')) ? summer : winter;
}
