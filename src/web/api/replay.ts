import { z } from 'zod';
import type { ReplayState } from '../../journal/replays.ts';
import { json, nothing, type Answer } from '../http/answer.ts';
import { time } from '../http/moments.ts';
import { nameText } from '../http/parameters.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const jobSchema = z.strictObject({
  id: z.string().describe('name of the endpoint: it has one replay at a time'),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  telegrams: z.number().nullable().describe('in the period; null where that was not counted again'),
  sent: z.number(),
  found: z.number().describe('that were there already'),
  thinned: z.number(),
  refused: z.number(),
  to_go: z.number().describe('numbers of the journal up to its end'),
});

const id = nameText('of an endpoint');
const params = z.strictObject({ id });

export const startReplay = defineRoute({
  method: 'POST',
  path: '/edge/v1/replay',
  scope: 'replay:write',
  summary: 'has a kept period sent to an endpoint once more, without what is there',
  body: z.strictObject({
    endpoint: id,
    from: time('begin with what was received then'),
    to: time('end with what was received then; by default now').optional(),
    rate: z
      .union([z.enum(['adaptive', 'off']), z.number().positive().max(1_000)], 'expected adaptive, off, or up to 1000')
      .default('adaptive'),
    thin: z.number().int().min(0).max(86_400).default(0).describe('one telegram in so many seconds; 0: each'),
    dry_run: z.boolean().default(false).describe('only say what it would be'),
  }),
  answer: jobSchema,
  status: 202,
  async handle({ body }, parts: RouteParts): Promise<Answer> {
    const { endpoint, rate, thin, dry_run: isDry } = body;
    const { office, timeZone } = parts;
    if ((await underWay(endpoint, parts)) !== undefined && !isDry)
      throw new Problem('conflict', `a replay to ${endpoint} is under way: wait for it, or end it first`);
    const period = { fromAt: body.from(timeZone), toAt: body.to?.(timeZone) ?? Date.now() };
    const row = await office.ask('startReplay', { endpoint, ...period, rate, intervalMs: 1_000 * thin, isDry });
    return json(toJob(row, row.letters), isDry ? 200 : 202);
  },
});

export const showReplay = defineRoute({
  method: 'GET',
  path: '/edge/v1/replay/{id}',
  scope: 'replay:write',
  summary: 'how far the replay to an endpoint is',
  params,
  answer: jobSchema,
  async handle({ params: asked }, parts: RouteParts): Promise<Answer> {
    const state = await underWay(asked.id, parts);
    if (state === undefined) throw new Problem('not-found', `no replay to ${asked.id} is under way`);
    return json(toJob(state, null));
  },
});

export const endReplay = defineRoute({
  method: 'DELETE',
  path: '/edge/v1/replay/{id}',
  scope: 'replay:write',
  summary: 'ends it',
  params,
  async handle({ params: asked }, parts: RouteParts): Promise<Answer> {
    if ((await underWay(asked.id, parts)) === undefined)
      throw new Problem('not-found', `no replay to ${asked.id} is under way`);
    await parts.office.ask('endReplay', { endpoint: asked.id });
    return nothing();
  },
});

/** @throws {Problem} where there is no such endpoint. */
async function underWay(endpoint: string, { office, settings }: RouteParts): Promise<ReplayState | undefined> {
  const known = settings.endpoints.map(({ name }) => name);
  if (!known.includes(endpoint)) {
    const allowed = known.join(', ') || 'none';
    throw new Problem('not-found', `there is no endpoint ${endpoint}, expected one of ${allowed}`, { allowed: known });
  }
  return (await office.ask('outboxes', {})).find(({ name }) => name === endpoint)?.replay;
}

function toJob(state: ReplayState, telegrams: number | null): z.output<typeof jobSchema> {
  const { endpoint, fromAt, toAt, sent, found, thinned, refused, position, last } = state;
  return {
    ...{ id: endpoint, from: new Date(fromAt).toISOString(), to: new Date(toAt).toISOString(), telegrams },
    ...{ sent, found, thinned, refused, to_go: Math.max(0, last - position) },
  };
}
