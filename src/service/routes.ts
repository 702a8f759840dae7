import type { KeptRejection } from '../telemetry/rejections.ts';
import { BadRequest, type Routes } from './control.ts';
import type { Choice, Desk } from './desk.ts';
import type { Health } from './health.ts';

export interface RouteParts {
  /** @throws {BadRequest} while there is none yet. */
  readonly desk: () => Desk;
  readonly health: () => Health;
  readonly rejections: () => readonly KeptRejection[];
}

/** What the service that runs can be asked. */
export function routes({ desk, health, rejections }: RouteParts): Routes {
  return {
    'GET /health': () => health(),
    'GET /outbox': () => desk().list(),
    'GET /outbox/dead': (query) => desk().dead(query.get('endpoint') ?? undefined),
    'POST /outbox/retry': (_query, body) => desk().retry(toChoice(body)),
    'POST /outbox/drop': (_query, body) => desk().drop(toChoice(body)),
    'GET /rejections': () => rejections().map(({ raw, ...rest }) => ({ ...rest, raw: raw.toString('latin1') })),
  };
}

function toChoice(body: unknown): Choice {
  const { endpoint, ids } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof endpoint !== 'string') throw new BadRequest('expected the name of an endpoint');
  if (ids === undefined) return { endpoint };
  if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id)))
    throw new BadRequest('expected ids as whole numbers');
  return { endpoint, ids };
}
