import { z } from 'zod';
import type { KeptVisit } from '../history/book.ts';
import type { StreamClient } from '../stream/stream.ts';
import { partVisits } from './part-visits.ts';
import type { RouteParts } from './route-parts.ts';
import { toKept } from './visits.ts';

/** What uses what is known here: logins, streams of readings and of telegrams; what it goes to, and comes from. */
export const SESSION_KINDS = ['login', 'sse', 'ws', 'tcp', 'endpoint', 'source'] as const;

export const sessionSchema = z.strictObject({
  session_id: z.string(),
  kind: z.enum(SESSION_KINDS),
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
  const { stream } = await office.ask('measures', {});
  const earlier = await visits.earlier();
  const nowMs = Date.now();
  return [
    ...earlier.map((visit) => toSession(String(visit.id), visit, nowMs)),
    ...visits.all.map((visit) => toSession(String(visit.id), toKept(visit), nowMs)),
    ...(stream?.clients ?? []).map((client) => toSession(`tcp-${client.id}`, ofClient(client, nowMs), nowMs)),
    ...parts.map((part) => toSession(`${part.kind}-${part.client}`, part, nowMs)),
  ];
}

/** Of a program that reads the stream over TCP, while it does. */
function ofClient({ address, since, idleMs, telegrams: items }: StreamClient, nowMs: number): Omit<KeptVisit, 'id'> {
  const times = { startMs: since.getTime(), endMs: null, lastMs: nowMs - idleMs };
  return { kind: 'tcp', user: null, client: null, address, ...times, items, message: '' };
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
