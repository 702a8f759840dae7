import { z } from 'zod';
import type { Check } from '../../service/health.ts';
import { isInsider } from '../access/access.ts';
import { json, text, type Answer } from '../http/answer.ts';
import { choice } from '../http/parameters.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const summary = 'for whoever watches services';
const plain = ['text/plain'];

export const livez = defineRoute({
  method: 'GET',
  path: '/livez',
  scope: 'none',
  summary: `${summary}: 200 while the service turns`,
  types: plain,
  async handle(_asked, { office }: RouteParts): Promise<Answer> {
    await office.ask('health', {});
    return text('ok\n');
  },
});

export const readyz = defineRoute({
  method: 'GET',
  path: '/readyz',
  scope: 'none',
  summary: `${summary}: 200 once telegrams are kept and delivered; strict: and while nothing needs a look`,
  query: z.strictObject({
    strict: choice(['0', '1'], '1: 503 also where a meter is silent or an endpoint is not well').default('0'),
  }),
  types: plain,
  async handle({ query: { strict } }, { office }: RouteParts): Promise<Answer> {
    await office.ask('journal', {});
    if (strict === '0') return text('ok\n');
    const { status } = await office.ask('health', {});
    if (status !== 'pass') throw new Problem('store-unavailable', `not all is well: ${status}; /healthz says more`);
    return text('ok\n');
  },
});

const LEVELS = z.enum(['pass', 'warn', 'fail']);
const HEALTH_TYPE = 'application/health+json';

const checkSchema = z.strictObject({
  componentType: z.literal('component'),
  observedValue: z.number().optional().describe('age of the newest telegram, how many wait, or who reads'),
  observedUnit: z.enum(['s', 'telegrams', 'clients']),
  status: LEVELS,
  time: z.iso.datetime(),
  output: z.string().optional().describe('what is not well'),
});

type CheckRow = z.output<typeof checkSchema>;

const healthSchema = z.strictObject({
  status: LEVELS,
  version: z.literal('1').describe('of this API'),
  releaseId: z.string().describe('version of p1-relay'),
  started: z.iso.datetime(),
  checks: z
    .record(z.string(), z.array(checkSchema))
    .optional()
    .describe('`source:NAME`, `endpoint:NAME`, `journal`, `stream`'),
  notes: z.array(z.string()).optional(),
});

/** Source of its shape: draft-inadarei-api-health-check-06. */
export const healthz = defineRoute({
  method: 'GET',
  path: '/healthz',
  scope: 'none',
  summary: `${summary}: 503 where telegrams are being lost; each part with status:read, what is wrong with it to a key`,
  answer: healthSchema,
  types: [HEALTH_TYPE],
  async handle({ who }, { office, settings }: RouteParts): Promise<Answer> {
    const { status, startedAt, checks, notes } = await office.ask('health', {});
    const mayRead = who.scopes.has('status:read');
    // Addresses of endpoints may stand in what is wrong with them.
    const isKnown = isInsider(who);
    const head = { status, version: '1', releaseId: settings.version, started: startedAt.toISOString() };
    const found = mayRead ? { checks: checksOf(checks, isKnown) } : {};
    const answer = { ...head, ...found, ...(isKnown ? { notes } : {}) };
    return json(answer, status === 'fail' ? 503 : 200, { 'content-type': HEALTH_TYPE });
  },
});

function checksOf(checks: readonly Check[], isKnown: boolean): Readonly<Record<string, readonly CheckRow[]>> {
  const time = new Date().toISOString();
  return Object.fromEntries(
    checks.map(({ part, name, status, observed, unit, problems }): [string, CheckRow[]] => {
      const row: CheckRow = { componentType: 'component', observedUnit: unit, status, time };
      if (observed !== undefined) row.observedValue = observed;
      if (isKnown && problems.length > 0) row.output = problems.join('; ');
      return [name === '' ? part : `${part}:${name}`, [row]];
    }),
  );
}
