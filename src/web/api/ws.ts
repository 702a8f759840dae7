import { z } from 'zod';
import type { Streamed } from '../../stream/awaited.ts';
import type { Who } from '../access/access.ts';
import { overChannel, type Answer } from '../http/answer.ts';
import type { Channel, WhyGone } from '../http/channel.ts';
import { nameText } from '../http/parameters.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

/** Clients at the same time, of all addresses together and of one. */
const MOST_CLIENTS = 32;
const MOST_OF_ADDRESS = 8;
const POLICY = 1_008;
const TRY_AGAIN = 1_013;

export const ws = defineRoute({
  method: 'GET',
  path: '/ws',
  scope: 'telegrams:read',
  summary: 'each telegram as it comes, as a WebSocket: one message a telegram, the newest at once',
  query: z.strictObject({
    meter: nameText('of this source; by default that of stream.source, else the first').optional(),
  }),
  status: 101,
  handle({ query: { meter }, who, address, headers }, parts: RouteParts): Answer {
    const source = sourceOf(meter, parts);
    if (isFull(parts, address)) {
      parts.telegramFeed.counts.refused.full += 1;
      throw new Problem('store-unavailable', 'as many are connected as there may be', {}, { 'retry-after': '30' });
    }
    const client = headers['user-agent']?.slice(0, 100) ?? null;
    return overChannel(async (channel, signal) => {
      if (isFull(parts, address)) channel.end(TRY_AGAIN, 'full');
      else await tell({ source, who, address, client }, parts, channel, signal);
    });
  },
});

interface Reader {
  readonly source: string;
  readonly who: Who;
  readonly address: string;
  readonly client: string | null;
}

async function tell(
  { source, who, address, client }: Reader,
  { telegramFeed, visits, access }: RouteParts,
  channel: Channel,
  signal: AbortSignal,
): Promise<void> {
  const { counts } = telegramFeed;
  const visit = visits.begin({ kind: 'ws', user: who.key?.name ?? null, address, client });
  counts.clients += 1;
  const send = ({ text }: Streamed): void => {
    if (!access.holds(who)) channel.end(POLICY, 'key ended');
    if (!channel.send(text)) return;
    counts.telegrams += 1;
    visit.items += 1;
    visit.lastMs = performance.now();
  };
  await telegramFeed.read(source, send, signal).catch(() => channel.end(TRY_AGAIN, 'unavailable'));
  const why = signal.reason as WhyGone;
  counts.gone(why);
  visits.end(visit.id, why);
}

/** A client that cannot say whose telegrams it wants gets those that go over TCP, too. @throws {Problem} */
function sourceOf(wanted: string | undefined, { settings }: RouteParts): string {
  const names = settings.sources.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted))
    throw new Problem('not-found', `meter: got ${JSON.stringify(wanted)}, expected one of ${names.join(', ')}`);
  const usual = names.find((name) => name === settings.streamSource) ?? names[0];
  const source = wanted ?? usual;
  if (source === undefined) throw new Problem('not-found', 'this key is for no meter whose telegrams there are');
  return source;
}

function isFull({ visits }: RouteParts, address: string): boolean {
  return visits.running('ws') >= MOST_CLIENTS || visits.running('ws', address) >= MOST_OF_ADDRESS;
}
