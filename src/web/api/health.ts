import { z } from 'zod';
import { json, text, type Answer } from '../answer.ts';
import { defineRoute } from '../route.ts';
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
  summary: `${summary}: 200 once telegrams are kept and delivered`,
  types: plain,
  async handle(_asked, { office }: RouteParts): Promise<Answer> {
    await office.ask('journal', {});
    return text('ok\n');
  },
});

export const healthz = defineRoute({
  method: 'GET',
  path: '/healthz',
  scope: 'none',
  summary: `${summary}: 503 where telegrams are being lost; what is wrong is told to a key with status:read`,
  answer: z.strictObject({
    status: z.enum(['pass', 'warn', 'fail']),
    version: z.string(),
    started: z.iso.datetime(),
    problems: z.array(z.string()).optional(),
    notes: z.array(z.string()).optional(),
  }),
  async handle({ who }, { office, settings }: RouteParts): Promise<Answer> {
    const { status, startedAt, problems, notes } = await office.ask('health', {});
    const isKnown = who.key !== undefined && who.scopes.has('status:read');
    const more = isKnown ? { problems, notes } : {};
    return json(
      { status, version: settings.version, started: startedAt.toISOString(), ...more },
      status === 'fail' ? 503 : 200,
    );
  },
});
