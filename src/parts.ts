import type { EndpointConfig, SourceConfig } from './config/config.ts';
import type { EndpointType } from './endpoints/endpoint-type.ts';
import { endpointTypes } from './endpoints/index.ts';
import type { Endpoint } from './outbox/endpoint.ts';
import { sourceTypes } from './sources/index.ts';
import type { Source, SourceType } from './sources/source.ts';

// The registries know the settings of each type, and the configuration was checked against them: the casts end here.

/** Makes the source that a part of the configuration describes. */
export function sourceOf({ type, settings }: SourceConfig): Source {
  return (
    (sourceTypes as Readonly<Record<string, unknown>> as Readonly<Record<string, SourceType>>)[type]?.create(
      settings,
    ) ?? unknown(type)
  );
}

/** Makes the endpoint that a part of the configuration describes. `timeZone` is its meter's. */
export function endpointOf({ type, settings }: EndpointConfig, timeZone: string): Endpoint {
  const types = endpointTypes as Readonly<Record<string, unknown>> as Readonly<Record<string, EndpointType>>;
  return types[type]?.create(settings, { timeZone, now: () => new Date() }) ?? unknown(type);
}

function unknown(type: string): never {
  throw new RangeError(`no such type: ${type}`);
}
