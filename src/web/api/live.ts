import { z } from 'zod';
import { events, json, type Answer } from '../http/answer.ts';
import { acceptsAny } from '../http/formats.ts';
import { liveSchema, toLive } from '../live-reading.ts';
import { nameText } from '../http/parameters.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const EVENTS = 'text/event-stream';
/** Streams at the same time, of all clients together. */
const MOST_STREAMS = 32;

export const live = defineRoute({
  method: 'GET',
  path: '/edge/v1/live',
  scope: 'usage:read',
  summary: 'the newest reading of each meter; as server-sent events each as it comes',
  query: z.strictObject({ meter: nameText('id of a meter; by default all').optional() }),
  answer: z.strictObject({ data: z.array(liveSchema) }),
  types: [EVENTS],
  async handle(
    { query: { meter }, who, headers, address },
    { live, visits, access, settings }: RouteParts,
  ): Promise<Answer> {
    const names = settings.sources.map(({ name }) => name);
    if (meter !== undefined && !names.includes(meter))
      throw new Problem('not-found', `meter: got ${JSON.stringify(meter)}, expected one of ${names.join(', ')}`);
    const isWanted = (one: { meter: string }): boolean => meter === undefined || one.meter === meter;
    if (headers.accept === undefined || !headers.accept.includes(EVENTS) || !acceptsAny(headers.accept, [EVENTS]))
      return json({ data: (await live.newest()).map(toLive).filter(isWanted) }, 200);
    if (visits.running('sse') >= MOST_STREAMS)
      throw new Problem('store-unavailable', `${MOST_STREAMS} streams are open already`, {}, { 'retry-after': '30' });
    return events(async (send, signal) => {
      const client = headers['user-agent']?.slice(0, 100) ?? null;
      const visit = visits.begin({ kind: 'sse', user: who.key?.name ?? null, address, client });
      try {
        for await (const newest of live.follow(signal)) {
          if (!access.holds(who)) break;
          const reading = toLive(newest);
          if (!isWanted(reading)) continue;
          send({ name: 'reading', data: reading });
          visit.items += 1;
          visit.lastMs = performance.now();
        }
      } finally {
        visits.end(visit.id, signal.aborted ? 'client left' : 'key ended');
      }
    });
  },
});
