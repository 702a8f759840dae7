import { z } from 'zod';
import { json, text, type Answer } from '../http/answer.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { statusData as collect } from '../status-data.ts';
import { statusPage as page } from '../status-page.ts';

const rows = z.array(z.looseObject({}));
const HTML = 'text/html; charset=utf-8';

export const statusData = defineRoute({
  method: 'GET',
  path: '/status/data.json',
  scope: 'status:read',
  summary: 'servers, meters, queues and sessions; addresses for a key, sessions with sessions:read',
  answer: z.strictObject({ generated: z.iso.datetime(), servers: rows, meters: rows, queues: rows, sessions: rows }),
  handle: async ({ who }, parts: RouteParts): Promise<Answer> => json(await collect(parts, who)),
});

export const statusPage = defineRoute({
  method: 'GET',
  path: '/status/index.html',
  scope: 'status:read',
  summary: 'the same as a page',
  types: ['text/html'],
  handle: async ({ who }, parts: RouteParts): Promise<Answer> => text(page(await collect(parts, who)), HTML),
});
