import { z } from 'zod';
import type { Balance, Gap, Meter, MissedByEndpoint } from '../../history/answers.ts';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { gapSchema, toRows } from '../gap-rows.ts';
import { time } from '../http/moments.ts';
import { inPages, ofPages } from '../http/pages.ts';
import { choice, nameText, ofLists, whole } from '../http/parameters.ts';
import { shareOf, zoned } from '../points.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { meterOf } from './meters.ts';

const DAY_MS = 86_400_000;
const MOST_ROWS = 10_000;

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
    limit: whole({ least: 1, most: MOST_ROWS, about: 'gaps in an answer' }).default(1_000),
    offset: whole({ least: 0, most: MOST_ROWS, about: 'gaps to leave out before' }).default(0),
    orderBy: choice(['asc', 'desc'], 'oldest first, or newest').default('asc'),
    ...ofLists,
  }),
  answer: z.strictObject({
    ...ofPages,
    data: z.array(gapSchema),
    balance: z.array(balanceSchema),
    missed: z.array(missedSchema),
  }),
  types: LIST_TYPES,
  async handle({ query, headers, target }, parts: RouteParts): Promise<Answer> {
    const { history, settings, timeZone } = parts;
    const ends = settings.endpoints.map(({ name }) => name);
    const { meter, min } = query;
    const its = meter === undefined ? timeZone : meterOf(meter, history).timeZone;
    const [from, to] = [query.from?.(its) ?? Date.now() - 30 * DAY_MS, query.to?.(its) ?? Date.now()];
    const [fromS, toS] = [Math.floor(from / 1_000), Math.ceil(to / 1_000)];
    const all = history.ask((reader) => {
      const meters = reader.meters();
      const found = reader.gaps({ fromS, toS, meter, leastSeconds: min, limit: MOST_ROWS });
      const balance = meters
        .filter(({ id }) => id === (meter ?? id))
        .flatMap((one) => toBalance(reader.balance(one.id, fromS, toS), one, found));
      const missed = reader.missed().filter(({ endpoint }) => ends.includes(endpoint));
      return { meters, found, balance, missed: missed.map(toMissed) };
    });
    const { balance, missed } = all;
    const sorted = all.found.map((gap) => ({ from: gap.fromS, gap }));
    const { rows, ...pages } = inPages(sorted, { ...query, orderByColumn: undefined }, target, 'from');
    const data = await toRows(
      rows.map(({ gap }) => gap),
      all.meters,
      parts,
    );
    return list({ query, headers }, data, { ...pages, data, balance, missed });
  },
});

function toMissed({ endpoint, letters: telegrams, ...span }: MissedByEndpoint): z.output<typeof missedSchema> {
  return { endpoint, telegrams, from: zoned(span.fromS, 'UTC'), to: zoned(span.toS, 'UTC') };
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
