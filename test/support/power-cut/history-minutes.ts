import type { Batch } from '../../../src/history/store.ts';
import { minutesOf, placed, sample } from '../history.ts';

/** 2026-01-15 12:00:00 in Amsterdam. */
export const BEGIN_S = Date.parse('2026-01-15T11:00:00Z') / 1_000;
/** Where nothing comes: a gap, each time. */
const SILENT = [120, 130] as const;

/** What is written of the n-th minute, as the letter n of the journal tells it; the meter counts 7 Wh a minute. */
export function batchOf(n: number): Batch {
  const atS = BEGIN_S + 60 * n;
  const samples = [20, 40, 60].map((second, index) => sample(atS + second, { import1: 7 * n + 3 + 2 * index }));
  const minutes = isSilent(n) ? [] : minutesOf(samples).map((minute) => placed(minute));
  return { source: 'home', seq: n, minutes };
}

/** When the n-th minute ends. */
export const endOfMinute = (n: number): number => BEGIN_S + 60 * (n + 1);

export function isSilent(n: number): boolean {
  return n % 400 >= SILENT[0] && n % 400 < SILENT[1];
}

/** What the program is to do. */
export interface HistoryLife {
  readonly folder: string;
  readonly seed: number;
  readonly minutes: number;
}
