import { text, type Answer } from '../http/answer.ts';
import { agentMetrics } from '../metrics/agent-metrics.ts';
import { expose } from '../metrics/exposition.ts';
import { meterMetrics } from '../metrics/meter-metrics.ts';
import { streamMetrics } from '../metrics/stream-metrics.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { standings } from '../standings.ts';

const OPEN = 'application/openmetrics-text';
const PLAIN = 'text/plain';

export const metrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  scope: 'status:read',
  summary: 'for Prometheus; what the meters say needs usage:read, too',
  types: [PLAIN, OPEN],
  async handle({ who, headers }, parts: RouteParts): Promise<Answer> {
    const { office, live, settings, telegramFeed } = parts;
    const [health, journal, measures, ends] = await Promise.all([
      office.ask('health', {}),
      office.ask('journal', {}),
      office.ask('measures', {}),
      standings(parts),
    ]);
    const ports = settings.sources.filter(({ type }) => type === 'serial').map(({ name }) => name);
    const own = { version: settings.version, health, journal, standings: ends, measures, ports };
    const ofMeters = who.scopes.has('usage:read') ? meterMetrics(await live.newest()) : [];
    const ofStream = streamMetrics(measures.stream, telegramFeed.counts);
    const all = [...agentMetrics({ ...own, gapSeconds: gapSeconds(parts) }), ...ofStream, ...ofMeters];
    const isOpen = headers.accept?.includes(OPEN) === true;
    const type = isOpen ? `${OPEN}; version=1.0.0; charset=utf-8` : `${PLAIN}; version=0.0.4; charset=utf-8`;
    return text(expose(all, isOpen ? 'openmetrics' : 'prometheus'), type);
  },
});

/** None where no history can be asked. */
function gapSeconds({ history }: RouteParts): ReadonlyMap<string, number> {
  try {
    return history.ask((reader) => reader.gapSeconds());
  } catch {
    return new Map();
  }
}
