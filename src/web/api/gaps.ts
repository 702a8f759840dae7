import { z } from 'zod';
import type { Balance, Gap, Meter } from '../../history/answers.ts';
import { list, type Answer } from '../answer.ts';
import { formatOf, LIST_TYPES } from '../formats.ts';
import { time } from '../moments.ts';
import { nameText, ofLists, whole } from '../parameters.ts';
import { shareOf, zoned } from '../points.ts';
import { defineRoute } from '../route.ts';
import type { RouteParts } from '../route-parts.ts';
import { meterOf } from './meters.ts';

const DAY_MS = 86_400_000;
const MOST_ROWS = 10_000;

const gapSchema = z.strictObject({
  meter: z.string(),
  medium: z.string(),
  from: z.string().describe('of the last reading before it'),
  to: z.string().describe('of the first reading behind it'),
  seconds: z.number(),
  cause: z.enum(['agent', 'disk', 'port', 'checksum', 'silent', 'unknown']),
  import: z.number().describe('what moved in it, by the registers'),
  export: z.number(),
  unit: z.string(),
});

const balanceSchema = z.strictObject({
  meter: z.string(),
  unit: z.string(),
  from: z.string(),
  to: z.string(),
  coverage: z.number().describe('share of the period outside of gaps, 0 to 1'),
  registers: z.number().describe('by how much they moved, import minus export'),
  records: z.number().describe('what the records of the minutes add up to'),
  gaps: z.number().describe('what moved between them'),
  unaccounted: z.number().describe('what is left, and has to be 0'),
});

const missedSchema = z.strictObject({ endpoint: z.string(), telegrams: z.number(), from: z.string(), to: z.string() });

export const gaps = defineRoute({
  method: 'GET',
  path: '/edge/v1/gaps',
  scope: 'usage:read',
  summary: 'stretches without telegrams and why, what moved in them, what an endpoint will never get, and the balance',
  query: z.strictObject({
    from: time('by default 30 days ago').optional(),
    to: time('by default now').optional(),
    meter: nameText('of this meter; by default all').optional(),
    min: whole({ least: 1, most: 86_400, about: 'seconds that a gap lasts at least' }).default(60),
    ...ofLists,
  }),
  answer: z.strictObject({
    data: z.array(gapSchema),
    balance: z.array(balanceSchema),
    missed: z.array(missedSchema),
  }),
  types: LIST_TYPES,
  handle({ query, headers }, { history, timeZone }: RouteParts): Answer {
    const { meter, min } = query;
    const its = meter === undefined ? timeZone : meterOf(meter, history).timeZone;
    const [from, to] = [query.from?.(its) ?? Date.now() - 30 * DAY_MS, query.to?.(its) ?? Date.now()];
    const [fromS, toS] = [Math.floor(from / 1_000), Math.ceil(to / 1_000)];
    return history.ask((reader) => {
      const meters = reader.meters();
      const found = reader.gaps({ fromS, toS, meter, leastSeconds: min, limit: MOST_ROWS });
      const zoneOf = (id: string): string => meters.find((one) => one.id === id)?.timeZone ?? 'UTC';
      const rows = found.map((gap) => toGap(gap, zoneOf(gap.meter)));
      const balance = meters
        .filter(({ id }) => id === (meter ?? id))
        .flatMap((one) => toBalance(reader.balance(one.id, fromS, toS), one, found));
      const missed = reader.missed().map(({ endpoint, letters: telegrams, ...span }) => {
        return { endpoint, telegrams, from: zoned(span.fromS, 'UTC'), to: zoned(span.toS, 'UTC') };
      });
      return list(rows, query.format ?? formatOf(headers.accept), (data) => ({ data, balance, missed }));
    });
  },
});

function toGap({ fromS, toS, imported, exported, meter, medium, cause, unit }: Gap, timeZone: string) {
  return {
    ...{ meter, medium, from: zoned(fromS, timeZone), to: zoned(toS, timeZone), seconds: toS - fromS, cause },
    ...{ import: imported, export: exported, unit },
  };
}

function toBalance(balance: Balance | undefined, { id, timeZone }: Meter, gaps: readonly Gap[]) {
  if (balance === undefined) return [];
  const { fromS, toS, unit, unaccounted } = balance;
  const missing = gaps
    .filter((gap) => gap.meter === id)
    .reduce((sum, gap) => sum + Math.max(0, Math.min(gap.toS, toS) - Math.max(gap.fromS, fromS)), 0);
  return [
    {
      ...{ meter: id, unit, from: zoned(fromS, timeZone), to: zoned(toS, timeZone) },
      coverage: toS > fromS ? shareOf(1 - missing / (toS - fromS)) : 1,
      registers: balance.registerImported - balance.registerExported,
      records: balance.recordsImported - balance.recordsExported,
      gaps: balance.gapsImported - balance.gapsExported,
      unaccounted,
    },
  ];
}
