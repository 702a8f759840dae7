import { z } from 'zod';
import type { KeptVisit } from '../history/book.ts';
import { partVisits } from './part-visits.ts';
import type { RouteParts } from './route-parts.ts';
import { toKept } from './visits.ts';

export const sessionSchema = z.strictObject({
  session_id: z.string(),
  kind: z.enum(['login', 'sse', 'endpoint', 'source']),
  status: z.enum(['running', 'finished']),
  user: z.string().nullable(),
  client: z.string().nullable(),
  ip_address: z.string().nullable(),
  start_time: z.iso.datetime(),
  end_time: z.iso.datetime().nullable(),
  duration_s: z.number(),
  idle_s: z.number(),
  items: z.number(),
  message: z.string(),
});

export type Session = z.output<typeof sessionSchema>;

/** All that uses what is known here, and what it is known from. @throws {Problem} */
export async function sessionsOf({ office, settings, visits }: RouteParts): Promise<Session[]> {
  const parts = partVisits(await office.ask('health', {}), settings);
  const earlier = await visits.earlier();
  const nowMs = Date.now();
  return [
    ...earlier.map((visit) => toSession(String(visit.id), visit, nowMs)),
    ...visits.all.map((visit) => toSession(String(visit.id), toKept(visit), nowMs)),
    ...parts.map((part) => toSession(`${part.kind}-${part.client}`, part, nowMs)),
  ];
}

function toSession(session_id: string, visit: Omit<KeptVisit, 'id'>, nowMs: number): Session {
  const { kind, user, client, address: ip_address, startMs, endMs, lastMs, items, message } = visit;
  return {
    session_id,
    kind,
    status: endMs === null ? 'running' : 'finished',
    ...{ user, client, ip_address },
    start_time: new Date(startMs).toISOString(),
    end_time: endMs === null ? null : new Date(endMs).toISOString(),
    duration_s: wholeSeconds((endMs ?? nowMs) - startMs),
    idle_s: endMs === null ? wholeSeconds(nowMs - lastMs) : 0,
    ...{ items, message },
  };
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1_000));
}
