import { z } from 'zod';
import type { KeptRejection } from '../telemetry/rejections.ts';
import { BadRequest, type Routes } from './control.ts';
import type { Choice, Desk } from './desk.ts';
import type { Health } from './health.ts';

export interface RouteParts {
  readonly desk: Desk;
  readonly health: () => Health;
  readonly rejections: () => readonly KeptRejection[];
}

const choice = z.strictObject({
  endpoint: z.string(),
  ids: z.array(z.number().int().positive()).max(1_000).optional(),
});

/** What the service that runs can be asked. */
export function routes({ desk, health, rejections }: RouteParts): Routes {
  return {
    'GET /health': () => health(),
    'GET /outbox': () => desk.list(),
    'GET /outbox/dead': (query) => desk.dead(query.get('endpoint') ?? undefined),
    'POST /outbox/retry': (_query, body) => desk.retry(toChoice(body)),
    'POST /outbox/drop': (_query, body) => desk.drop(toChoice(body)),
    'GET /rejections': () => rejections().map(({ raw, ...rest }) => ({ ...rest, raw: raw.toString('latin1') })),
  };
}

function toChoice(body: unknown): Choice {
  const parsed = choice.safeParse(body);
  if (!parsed.success) throw new BadRequest(z.prettifyError(parsed.error));
  return parsed.data;
}
