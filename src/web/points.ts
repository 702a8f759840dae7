import { z } from 'zod';
import type { Bucket, Medium, RegisterUnit } from '../history/answers.ts';
import { offsetMinutes } from '../reading/local-time.ts';
import { printMoment } from '../reading/time.ts';
import { choice } from './http/parameters.ts';

/** How usage is told: whole units, and times with the offset of the meter's zone. */

const MEDIA = ['electricity', 'gas', 'water', 'warm water', 'heat', 'cold', 'other'] as const satisfies Medium[];

export const medium = choice(MEDIA, 'what is metered; media are never added up').default('electricity');

export const usageShape = {
  total: z.number().describe('import and export added up'),
  import: z.number().describe('from the grid'),
  export: z.number().describe('to the grid'),
  net: z.number().describe('import minus export'),
  unit: z.enum(['Wh', 'dm3', 'MJ']),
  coverage: z.number().describe('share of the time that was seen, 0 to 1'),
  estimated: z.boolean().describe('a boundary lies in a gap, or it was integrated from power'),
};

export function usageOf({ imported, exported, coverage, isEstimated }: Bucket, unit: RegisterUnit) {
  return {
    total: imported + exported,
    import: imported,
    export: exported,
    net: imported - exported,
    unit,
    coverage: shareOf(coverage),
    estimated: isEstimated,
  };
}

/** To four places, and never 1 where something is missing. */
export function shareOf(coverage: number): number {
  return Math.floor(10_000 * coverage) / 10_000;
}

/** RFC 3339 with the offset of a zone, `2026-07-01T00:00:00+02:00`. */
export function zoned(atS: number, timeZone: string): string {
  const ms = 1_000 * atS;
  return printMoment({ ms, offset: offsetMinutes(new Date(ms), timeZone) });
}
