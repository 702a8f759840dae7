import type { DsmrReader, Row } from './dsmr-reader.ts';
import { parseTelegram } from './dsmr-reader/telegram.ts';

/** What became of the telegrams at one far side, or at all of them. */
export interface Verdict {
  readonly lost: number;
  readonly twice: number;
  readonly outOfOrder: number;
  readonly corrupt: number;
}

/**
 * Holds what a far side has stored against what a meter printed. Telegrams are known by their stamps, each of which was
 * printed once.
 *
 * @param printed by stamp
 * @param wanted the stamps that have to be there
 */
export function judge(
  { rows }: Pick<DsmrReader, 'rows'>,
  printed: ReadonlyMap<number, Buffer>,
  wanted: ReadonlySet<number>,
): Verdict {
  const stored = new Set(rows.map(stampOf));
  return {
    lost: [...wanted].filter((stamp) => !stored.has(stamp)).length,
    twice: rows.length - stored.size,
    outOfOrder: countDescents(rows),
    corrupt: rows.filter((row) => !isAsPrinted(row, printed.get(stampOf(row)))).length,
  };
}

export function total(verdicts: readonly Verdict[]): Verdict {
  const sum = (what: keyof Verdict): number => verdicts.reduce((sum, verdict) => sum + verdict[what], 0);
  return { lost: sum('lost'), twice: sum('twice'), outOfOrder: sum('outOfOrder'), corrupt: sum('corrupt') };
}

export const stampOf = ({ reading: { timestamp } }: Row): number => timestamp;

/** In the order in which requests came: that a far side stored one late is its own doing. */
function countDescents(rows: readonly Row[]): number {
  const stamps = [...new Set(rows.toSorted((a, b) => a.request - b.request).map(stampOf))];
  return stamps.filter((stamp, index) => index > 0 && stamp < stamps[index - 1]!).length;
}

/**
 * A row of API v1 holds the telegram, byte for byte (a line end behind the checksum that comes late is no part of it); one
 * of v2 its values.
 */
function isAsPrinted({ telegram, reading }: Row, raw: Buffer | undefined): boolean {
  const text = raw?.toString('latin1');
  if (text === undefined) return false;
  if (telegram !== undefined) return telegram.trimEnd() === text.trimEnd();
  const expected = parseTelegram(text, 'nl').reading;
  return VALUES.every((field) => reading[field] === expected[field]);
}

const VALUES = [
  'timestamp',
  'electricity_delivered_1',
  'electricity_delivered_2',
  'electricity_returned_1',
  'electricity_returned_2',
  'electricity_currently_delivered',
  'electricity_currently_returned',
  'extra_device_timestamp',
  'extra_device_delivered',
];
