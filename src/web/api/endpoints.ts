import { z } from 'zod';
import { isInsider } from '../access/access.ts';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { ofLists } from '../http/parameters.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { standings } from '../standings.ts';

const endpointSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  status: z
    .enum(['green', 'amber', 'red'])
    .describe('now: it delivers, tries again, or is paused until somebody mends it'),
  state: z.string(),
  since: z.string().nullable(),
  url: z.string().nullable().optional().describe('for a key with status:read'),
  queue: z.number().describe('telegrams that wait'),
  oldest: z.string().nullable(),
  usage_percent: z
    .number()
    .describe('of the time that the journal keeps telegrams for, how much the oldest has waited'),
  delivered: z.number(),
  dead_letters: z.number(),
  dropped: z.number(),
  thinned: z.number(),
  duplicates_avoided: z.number(),
  retries: z.number(),
  last_ok: z.string().nullable(),
  last_error: z.string().nullable().optional().describe('for a key with status:read'),
});

export const endpoints = defineRoute({
  method: 'GET',
  path: '/edge/v1/endpoints',
  scope: 'status:read',
  summary: 'where telegrams go, and what waits for each',
  query: z.strictObject(ofLists),
  answer: z.strictObject({ data: z.array(endpointSchema) }),
  types: LIST_TYPES,
  async handle({ query, who, headers }, parts: RouteParts): Promise<Answer> {
    const rows = (await standings(parts)).map(({ url, last_error, ...rest }) =>
      isInsider(who) ? { ...rest, url, last_error } : rest,
    );
    return list({ query, headers }, rows);
  },
});
