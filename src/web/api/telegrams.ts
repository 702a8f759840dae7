import { z } from 'zod';
import { asBuffer } from '../../journal/crossing.ts';
import type { Page, Row } from '../../journal/telegrams.ts';
import { maskIdentity } from '../../privacy/mask.ts';
import { list, text, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { time } from '../http/moments.ts';
import { pageUrl } from '../http/pages.ts';
import { choice, nameText, ofLists, whole } from '../http/parameters.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const LAST = Number.MAX_SAFE_INTEGER;
const MOST_ROWS = 1_000;
/** An answer is what was found within this time; `nextPage` goes on from there. */
const LOOK_MS = 1_000;
const DAY_MS = 86_400_000;

const redact = choice(['0', '1'], '1 takes out what identifies the meter').optional();
const PLAIN = 'text/plain; charset=latin1';
const plain = ['text/plain'];

const telegramSchema = z.strictObject({
  id: z.number(),
  source: z.string(),
  received_at: z.iso.datetime(),
  checksum: z.enum(['valid', 'absent', 'repaired']),
  telegram: z.string().nullable().describe('as the meter printed it; null where the disk damaged it'),
});

const found = z.strictObject({ data: z.array(telegramSchema), nextPage: z.string().nullable() });

export const telegrams = defineRoute({
  method: 'GET',
  path: '/edge/v1/telegrams',
  scope: 'telegrams:read',
  summary: 'kept telegrams, oldest first',
  query: z.strictObject({
    from: time('received from then on; by default a day ago').optional(),
    to: time('and before then; by default now').optional(),
    meter: nameText('of this source').optional(),
    limit: whole({ least: 1, most: MOST_ROWS, about: 'telegrams in an answer' }).default(100),
    cursor: whole({ least: 0, most: LAST, about: 'those behind this id; `nextPage` has it' }).optional(),
    redact,
    ...ofLists,
  }),
  answer: found,
  types: LIST_TYPES,
  async handle({ query, headers, target }, parts: RouteParts): Promise<Answer> {
    const from = query.from?.(parts.timeZone) ?? Date.now() - DAY_MS;
    const to = query.to?.(parts.timeZone) ?? Date.now();
    const { limit, meter: source, cursor = 0 } = query;
    if (source !== undefined) checkSource(source, parts);
    const { rows, upTo, isDone } = await look(parts, { from, to, source, limit, after: cursor });
    const nextPage = isDone ? null : pageUrl(target, { from, to, cursor: upTo });
    const data = rows.map((row) => toTelegram(row, query.redact === '1'));
    return list({ query, headers }, data, { data, nextPage });
  },
});

export const newestTelegram = defineRoute({
  method: 'GET',
  path: '/edge/v1/telegrams/latest',
  scope: 'telegrams:read',
  summary: 'the newest telegram, as the meter printed it',
  query: z.strictObject({ meter: nameText('of this source; by default the newest of all').optional(), redact }),
  types: plain,
  async handle({ query }, { office }: RouteParts): Promise<Answer> {
    const all = (await office.ask('newest', { known: {} })).filter(({ source }) => source === (query.meter ?? source));
    const [newest] = all.toSorted((one, other) => other.receivedAt.getTime() - one.receivedAt.getTime());
    if (newest === undefined) throw new Problem('not-found', 'no telegram has come since the start');
    return toText(newest.raw, query.redact === '1');
  },
});

export const oneTelegram = defineRoute({
  method: 'GET',
  path: '/edge/v1/telegrams/{id}',
  scope: 'telegrams:read',
  summary: 'a kept telegram, as the meter printed it',
  params: z.strictObject({ id: whole({ least: 1, most: LAST, about: 'of a telegram' }) }),
  query: z.strictObject({ redact }),
  types: plain,
  async handle({ params: { id }, query }, { office }: RouteParts): Promise<Answer> {
    const { rows } = await office.ask('page', { after: id - 1, upTo: id, from: 0, to: LAST, source: undefined });
    const raw = rows[0]?.raw;
    if (raw === undefined) throw new Problem('not-found', `telegram ${id} is not kept, or never was`);
    return toText(raw, query.redact === '1');
  },
});

interface Wish {
  readonly from: number;
  readonly to: number;
  readonly source: string | undefined;
  readonly limit: number;
  readonly after: number;
}

/** Goes through the journal, a short part at a time, for as long as an answer may take. */
async function look({ office }: RouteParts, { limit, after, ...wish }: Wish): Promise<Page & { isDone: boolean }> {
  const endMs = performance.now() + LOOK_MS;
  const { head } = await office.ask('journal', {});
  const rows: Row[] = [];
  let upTo = after;
  while (upTo < head && rows.length < limit && performance.now() < endMs) {
    const page = await office.ask('page', { after: upTo, upTo: head, ...wish });
    rows.push(...page.rows);
    upTo = page.upTo;
  }
  const last = rows[limit - 1];
  if (last !== undefined) return { rows: rows.slice(0, limit), upTo: last.seq, isDone: false };
  return { rows, upTo, isDone: upTo >= head };
}

function checkSource(source: string, { settings }: RouteParts): void {
  const names = settings.sources.map(({ name }) => name);
  if (names.includes(source)) return;
  throw new Problem('not-found', `meter: got ${JSON.stringify(source)}, expected one of ${names.join(', ')}`);
}

function toTelegram({ seq, source, at, checksum, raw }: Row, isRedacted: boolean): z.output<typeof telegramSchema> {
  const printed = raw === undefined ? null : asBuffer(raw).toString('latin1');
  const telegram = printed !== null && isRedacted ? maskIdentity(printed) : printed;
  return { id: seq, source, received_at: new Date(at).toISOString(), checksum, telegram };
}

function toText(raw: Uint8Array, isRedacted: boolean): Answer {
  const printed = asBuffer(raw).toString('latin1');
  return text(Buffer.from(isRedacted ? maskIdentity(printed) : printed, 'latin1'), PLAIN);
}
