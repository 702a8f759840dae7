import { meterTime } from '../reading/time.ts';

/** A letter that may be thinned; `raw` is undefined where its row is damaged. */
export interface ThinRow {
  readonly seq: number;
  readonly source: number;
  /** When it was received, milliseconds since 1970. */
  readonly at: number;
  readonly raw: Buffer | undefined;
}

/** What the rules look at in a letter. */
interface Sample {
  /** The meter's clock, ours where that says nothing or stands still. */
  readonly at: number;
  readonly stamp: number | undefined;
  /** The tariff, and what gas and other meters last gave, as printed; undefined where the row is damaged. */
  readonly changes: string | undefined;
}

type Rule = (letter: Sample, before: Sample | undefined, next: Sample | undefined, intervalMs: number) => boolean;

const MINUTE_MS = 60_000;

/** A letter is kept where one of these holds. */
const KEPT: readonly Rule[] = [
  ({ at }, before, _next, intervalMs) => stretch(at, intervalMs) !== stretch(before?.at, intervalMs),
  ({ at }, before) => stretch(at, MINUTE_MS) !== stretch(before?.at, MINUTE_MS),
  ({ at }, _before, next) => stretch(at, MINUTE_MS) !== stretch(next?.at, MINUTE_MS),
  ({ changes }, before) => changes === undefined || changes !== before?.changes,
];

/**
 * Which letters go when a backlog is thinned: of each source all but the first of each stretch, the first and last of
 * each minute, and those at which the tariff or gas differs from the letter before. Thinning what was thinned takes
 * nothing more.
 *
 * @param rows the letters of one source, oldest first. The last is kept, because what comes behind it is not known.
 * @param before the letter that was kept before them.
 */
export function thin(rows: readonly ThinRow[], before: ThinRow | undefined, intervalMs: number): ThinRow[] {
  const samples: Sample[] = [];
  let last = before && sampleOf(before, undefined);
  const first = last;
  for (const row of rows) samples.push((last = sampleOf(row, last)));
  const isKept = (sample: Sample, index: number): boolean =>
    KEPT.some((rule) => rule(sample, samples[index - 1] ?? first, samples[index + 1], intervalMs));
  return rows.filter((_row, index) => !isKept(samples[index] as Sample, index));
}

/** Tariff, and the newest values of devices on the M-Bus; DSMR 2 and 3 print theirs on a line of its own; likewise in readings that were posted. */
const CHANGES = /^(?:0-0:96\.14\.0|0-\d+:24\.(?:2\.[13]|3\.0))\D.*(?:\r?\n\(.*)?|"extra_device_\w+":"[^"]*"/gm;

/** A meter whose clock stands still or goes back is no clock. */
function sampleOf({ at, raw }: ThinRow, before: Sample | undefined): Sample {
  const stamp = raw && meterTime(raw)?.getTime();
  const runs = stamp !== undefined && stamp > (before?.stamp ?? -Infinity);
  const changes = raw?.toString('latin1').match(CHANGES)?.join('\n') ?? '';
  return { at: runs ? stamp : at, stamp, changes: raw && changes };
}

function stretch(at: number | undefined, intervalMs: number): number | undefined {
  return at === undefined ? undefined : Math.floor(at / intervalMs);
}
