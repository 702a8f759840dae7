import type { Config, EndpointConfig } from './config.ts';

/** What the journal is told of an endpoint. */
export type Place = Pick<EndpointConfig, 'name' | 'source' | 'from' | 'formerly' | 'thinBacklogMs'>;

/** What the journal is told of the endpoints. Where there is one source, every endpoint gets its telegrams. */
export function placesOf({ sources, endpoints }: Config): Place[] {
  return endpoints.map(({ name, source = sources[0]?.name, from, formerly, thinBacklogMs }) => ({
    name,
    source,
    from,
    formerly,
    thinBacklogMs,
  }));
}
