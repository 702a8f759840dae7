import { z } from 'zod';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { time } from '../http/moments.ts';
import { inPages, ofPages, paging } from '../http/pages.ts';
import { choice, nameText, ofLists } from '../http/parameters.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { SESSION_KINDS, sessionsOf, sessionSchema } from '../sessions.ts';

const COLUMNS = ['session_id', 'start_time', 'duration_s', 'kind', 'status', 'client', 'items'] as const;

export const sessions = defineRoute({
  method: 'GET',
  path: '/edge/v1/sessions',
  scope: 'sessions:read',
  summary: 'who uses what is known here, or has, for as long as it is kept',
  query: z.strictObject({
    status: choice(['running', 'finished'], 'whether it goes on').optional(),
    kind: choice(SESSION_KINDS, 'what it is').optional(),
    client: nameText('of this client').optional(),
    from: time('that did not end before then').optional(),
    to: time('that began before then').optional(),
    ...paging(COLUMNS),
    ...ofLists,
  }),
  answer: z.strictObject({
    total: z.number(),
    total_duration_s: z.number(),
    ...ofPages,
    data: z.array(sessionSchema),
  }),
  types: LIST_TYPES,
  async handle({ query, headers, target }, parts: RouteParts): Promise<Answer> {
    const [from, to] = [query.from?.(parts.timeZone) ?? 0, query.to?.(parts.timeZone) ?? Infinity];
    const { status, kind, client } = query;
    const wanted = (await sessionsOf(parts)).filter(
      (one) =>
        Date.parse(one.start_time) < to &&
        (one.end_time === null || Date.parse(one.end_time) >= from) &&
        one.status === (status ?? one.status) &&
        one.kind === (kind ?? one.kind) &&
        one.client === (client ?? one.client),
    );
    const { rows, ...page } = inPages(wanted, query, target, 'session_id');
    const total_duration_s = wanted.reduce((sum, { duration_s }) => sum + duration_s, 0);
    const totals = { total: wanted.length, total_duration_s };
    return list({ query, headers }, rows, { ...totals, ...page, data: rows });
  },
});
