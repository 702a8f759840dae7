import { z } from 'zod';
import type { Gap, Meter } from '../history/answers.ts';
import { LetterList } from './letters.ts';
import { letterDesk } from './office/letter-desk.ts';
import { zoned } from './points.ts';
import type { RouteParts } from './route-parts.ts';

/** So long the journal is searched for telegrams of gaps. */
const LOOK_MS = 500;

export const gapSchema = z.strictObject({
  meter: z.string(),
  medium: z.string(),
  from: z.string().describe('of the last reading before it'),
  to: z.string().describe('of the first reading behind it'),
  seconds: z.number(),
  cause: z.enum(['agent', 'disk', 'port', 'checksum', 'silent', 'unknown']),
  import: z.number().describe('what moved in it, by the registers'),
  export: z.number(),
  unit: z.string(),
  recoverable: z
    .boolean()
    .nullable()
    .describe('whether the journal keeps telegrams of it, for a replay or a rebuild; null: not looked at'),
  missed_by: z.array(z.string()).describe('endpoints that have nothing of it, and can get nothing of it'),
});

type GapRow = z.output<typeof gapSchema>;

/** Gaps as they are told, with what the journal knows of them. */
export async function toRows(gaps: readonly Gap[], meters: readonly Meter[], parts: RouteParts): Promise<GapRow[]> {
  const endMs = performance.now() + LOOK_MS;
  const rows: GapRow[] = [];
  for (const gap of gaps) {
    const meter = meters.find(({ id }) => id === gap.meter);
    const isLate = meter === undefined || performance.now() > endMs;
    rows.push(toRow(gap, isLate ? null : await isAnyKept(gap, meter, parts), meter, parts));
  }
  return rows;
}

/** Whether the journal keeps telegrams of a gap; null where it does not answer. */
async function isAnyKept(gap: Gap, { source, timeZone }: Meter, { office }: RouteParts): Promise<boolean | null> {
  const letters = new LetterList(letterDesk(office), { name: source, timeZone });
  return letters.hasAny(1_000 * gap.fromS, 1_000 * gap.toS).catch(() => null);
}

function toRow(gap: Gap, recoverable: boolean | null, its: Meter | undefined, { settings }: RouteParts): GapRow {
  const { fromS, toS, imported, exported, meter, medium, cause, unit } = gap;
  const timeZone = its?.timeZone ?? 'UTC';
  const ends = settings.endpoints.filter(({ sources }) => sources.includes(its?.source ?? ''));
  return {
    ...{ meter, medium, from: zoned(fromS, timeZone), to: zoned(toS, timeZone), seconds: toS - fromS, cause },
    ...{ import: imported, export: exported, unit, recoverable },
    missed_by: recoverable === true ? [] : ends.map(({ name }) => name),
  };
}
