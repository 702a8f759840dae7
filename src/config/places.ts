import type { Config, EndpointConfig, SourceConfig } from './config.ts';

/** What the journal is told of an endpoint. */
export type Place = Pick<EndpointConfig, 'name' | 'source' | 'from' | 'formerly' | 'thinBacklogMs'>;

/** What the journal is told of the endpoints. */
export function placesOf({ sources, endpoints }: Config): Place[] {
  return endpoints.map((endpoint) => {
    const { name, from, formerly, thinBacklogMs } = endpoint;
    return { name, source: sourceFor(endpoint, sources)?.name, from, formerly, thinBacklogMs };
  });
}

/** Whose telegrams an endpoint gets: where there is one source, its; undefined where nothing is read at all. */
export function sourceFor({ source }: EndpointConfig, sources: Config['sources']): SourceConfig | undefined {
  return sources.find(({ name }) => name === source) ?? sources[0];
}
