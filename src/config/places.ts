import type { Config, EndpointConfig, SourceConfig } from './config.ts';

/** What the journal is told of an endpoint. */
export type Place = Pick<EndpointConfig, 'name' | 'source' | 'from' | 'formerly' | 'thinBacklogMs'>;

/** What the journal is told of the endpoints that it keeps telegrams for. */
export function placesOf({ sources, endpoints }: Config): Place[] {
  return endpoints
    .filter(({ isLiveOnly }) => !isLiveOnly)
    .map((endpoint) => {
      const { name, from, formerly, thinBacklogMs } = endpoint;
      return { name, source: sourceFor(endpoint, sources)?.name, from, formerly, thinBacklogMs };
    });
}

/** Whose telegrams an endpoint gets: where there is one source, its; undefined for those of all, or of none. */
export function sourceFor(
  { source, isOfAllSources }: Pick<EndpointConfig, 'source' | 'isOfAllSources'>,
  sources: Config['sources'],
): SourceConfig | undefined {
  return sources.find(({ name }) => name === source) ?? (isOfAllSources ? undefined : sources[0]);
}
