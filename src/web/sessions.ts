import { z } from 'zod';
import type { KeptVisit } from '../history/book.ts';
import type { SourceTally } from '../telemetry/tally.ts';
import type { RouteParts } from './route-parts.ts';
import { hostOf } from './settings.ts';
import type { Visit } from './visits.ts';

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
  const { sources, endpoints, startedAt } = await office.ask('health', {});
  const earlier = await visits.earlier();
  const nowMs = Date.now();
  return [
    ...earlier.map(ofKept),
    ...visits.all.map((visit) => ofVisit(visit, nowMs)),
    ...sources.map((source) => ofSource(source, startedAt, nowMs)),
    ...endpoints.map(({ name, delivered, lastTakenAt, reason }): Session => {
      const origin = settings.endpoints.find((place) => place.name === name)?.origin;
      const times = since(startedAt, lastTakenAt ?? startedAt, nowMs);
      const who = { user: null, client: name, ip_address: hostOf(origin) };
      return {
        session_id: `endpoint-${name}`,
        kind: 'endpoint',
        status: 'running',
        ...who,
        ...times,
        items: delivered,
        message: reason ?? '',
      };
    }),
  ];
}

function ofKept({ id, kind, user, client, address, startMs, endMs, lastMs, items, message }: KeptVisit): Session {
  const end = endMs ?? lastMs;
  return {
    session_id: String(id),
    ...{ kind, status: 'finished', user, client, ip_address: address },
    start_time: new Date(startMs).toISOString(),
    end_time: new Date(end).toISOString(),
    duration_s: wholeSeconds(end - startMs),
    ...{ idle_s: 0, items, message },
  };
}

function ofVisit(
  { id, kind, user, client, address, startMs, endMs, lastMs, items, message }: Visit,
  nowMs: number,
): Session {
  return {
    session_id: String(id),
    kind,
    status: endMs === null ? 'running' : 'finished',
    ...{ user, client, ip_address: address },
    start_time: new Date(startMs).toISOString(),
    end_time: endMs === null ? null : new Date(endMs).toISOString(),
    duration_s: wholeSeconds((endMs ?? nowMs) - startMs),
    idle_s: endMs === null ? wholeSeconds(performance.now() - lastMs) : 0,
    ...{ items, message },
  };
}

function ofSource(source: SourceTally, startedAt: Date, nowMs: number): Session {
  const { name, connected, ended, accepted, trouble, lastAcceptedAt } = source;
  const isOver = ended && !connected;
  const times = isOver
    ? upTo(startedAt, lastAcceptedAt ?? startedAt)
    : since(startedAt, lastAcceptedAt ?? startedAt, nowMs);
  const status = isOver ? 'finished' : 'running';
  const who = { user: null, client: name, ip_address: null };
  return {
    session_id: `source-${name}`,
    kind: 'source',
    status,
    ...who,
    ...times,
    items: accepted,
    message: trouble ?? '',
  };
}

function since(start: Date, last: Date, nowMs: number) {
  const start_time = start.toISOString();
  const duration_s = wholeSeconds(nowMs - start.getTime());
  return { start_time, end_time: null, duration_s, idle_s: wholeSeconds(nowMs - last.getTime()) };
}

/** Of a source that was read to its end. */
function upTo(start: Date, end: Date) {
  const duration_s = wholeSeconds(end.getTime() - start.getTime());
  return { start_time: start.toISOString(), end_time: end.toISOString(), duration_s, idle_s: 0 };
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.round(ms / 1_000));
}
