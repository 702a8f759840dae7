import type { KeptVisit } from '../history/book.ts';
import type { OutboxStatus } from '../outbox/status.ts';
import type { SourceTally } from '../telemetry/tally.ts';
import { hostOf, type WebSettings } from './settings.ts';

/** What is known here comes from sources and goes to endpoints: each has been here since the start. */
export type PartVisit = Omit<KeptVisit, 'id' | 'client'> & { readonly client: string };

interface Counted {
  readonly sources: readonly SourceTally[];
  readonly endpoints: readonly OutboxStatus[];
}

/** One of each source and each endpoint. */
export function partVisits({ sources, endpoints }: Counted, settings: WebSettings): PartVisit[] {
  return [
    ...sources.map((source) => ofSource(source, settings)),
    ...endpoints.map((endpoint) => ofEndpoint(endpoint, settings)),
  ];
}

/** Over once it was read to its end. */
function ofSource(source: SourceTally, { startedAtMs: startMs }: WebSettings): PartVisit {
  const { name, connected, ended, accepted: items, trouble, lastAcceptedAt } = source;
  const lastMs = lastAcceptedAt?.getTime() ?? startMs;
  const endMs = ended && !connected ? lastMs : null;
  const who = { kind: 'source', user: null, client: name, address: null } as const;
  return { ...who, startMs, endMs, lastMs, items, message: trouble ?? '' };
}

function ofEndpoint(endpoint: OutboxStatus, { endpoints, startedAtMs: startMs }: WebSettings): PartVisit {
  const { name, delivered: items, lastTakenAt, reason } = endpoint;
  const address = hostOf(endpoints.find((place) => place.name === name)?.origin);
  const who = { kind: 'endpoint', user: null, client: name, address } as const;
  return { ...who, startMs, endMs: null, lastMs: lastTakenAt?.getTime() ?? startMs, items, message: reason ?? '' };
}
