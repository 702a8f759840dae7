import type { Config, EndpointConfig, SourceConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { sourceFor } from './config/places.ts';
import type { EndpointType, Surroundings } from './endpoints/endpoint-type.ts';
import { endpointTypes } from './endpoints/index.ts';
import { History } from './history/history.ts';
import type { Journal } from './journal/journal.ts';
import type { Endpoint } from './outbox/endpoint.ts';
import { sourceTypes } from './sources/index.ts';
import type { Source, SourceType } from './sources/source.ts';
import { Stream, type StreamEvents } from './stream/stream.ts';
import { Decryption } from './telegram/decryption.ts';
import { History as PrintedBefore } from './telegram/history.ts';
import type { HistoryTeller } from './telemetry/history-teller.ts';

// The registries know the settings of each type, and the configuration was checked against them: the casts end here.
const sources = sourceTypes as Readonly<Record<string, unknown>> as Readonly<Record<string, SourceType | undefined>>;
const endpoints = endpointTypes as Readonly<Record<string, unknown>> as Readonly<
  Record<string, EndpointType | undefined>
>;

/** Makes the source that a part of the configuration describes. @throws {ConfigError} */
export function sourceOf({ name, type, settings }: SourceConfig): Source {
  return made(`source ${name}`, () => sources[type]?.create(settings));
}

/** The keys of a source whose meter encrypts; undefined where none are configured. */
export function decryptionOf({ decryption }: SourceConfig): Decryption | undefined {
  return decryption && new Decryption(decryption);
}

export interface BuiltSource {
  readonly config: SourceConfig;
  readonly source: Source;
  /** What its telegrams are held against, where they have no CRC16. A capture does not say when they were printed. */
  readonly history: PrintedBefore | undefined;
}

/** The same, with what is to be remembered of its telegrams. @throws {ConfigError} */
export function buildSource(config: SourceConfig): BuiltSource {
  const source = sourceOf(config);
  const remembers = config.checksum !== 'required' && source.ends !== true;
  return { config, source, history: remembers ? new PrintedBefore() : undefined };
}

/** Makes the endpoint that a part of the configuration describes. @throws {ConfigError} */
export function endpointOf(
  { name, type, settings }: EndpointConfig,
  surroundings: Partial<Surroundings> = {},
): Endpoint {
  return made(`endpoint ${name}`, () => endpoints[type]?.create(settings, { name, ...surroundings }));
}

/** What an endpoint has to know of the meters whose telegrams it gets. */
export function metersFor(endpoint: EndpointConfig, sources: Config['sources']): Partial<Surroundings> {
  const source = sourceFor(endpoint, sources);
  const all = source === undefined ? sources : [source];
  const meters = new Map(all.map(({ name, timeZone, gasChannel }) => [name, { timeZone, gasChannel }]));
  return { meters, ...(source && { timeZone: source.timeZone, gasChannel: source.gasChannel }) };
}

/** The history of all sources; undefined where none is wanted. What goes wrong with sources is told to it. */
export function historyOf(
  { history: { enabled, keepMs }, http, sources, stateDir }: Config,
  journal: Journal,
  teller: HistoryTeller,
): History | undefined {
  if (!enabled) return undefined;
  const history = new History({
    folder: stateDir.path,
    keepS: keepMs / 1_000,
    keepBookMs: http.keepDenialsMs,
    sources: sources.map(({ name, timeZone, gasChannel }) => ({ source: name, timeZone, gasChannel })),
    journal,
    events: teller.events,
  });
  teller.noTelegram = (source, cause) => history.trouble(source, cause);
  return history;
}

/** Raw telegrams to many readers. */
export function streamOf({ stream: config, sources }: Config, events: StreamEvents): Stream {
  return new Stream({ config, firstSource: sources[0]?.name ?? '', events });
}

/** What a part finds wrong with its own settings (a certificate that is not there) is the configuration's fault. */
function made<T>(part: string, make: () => T | undefined): T {
  try {
    const value = make();
    if (value !== undefined) return value;
  } catch (error) {
    throw new ConfigError([`${part}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  throw new ConfigError([`${part}: its type is not one of the program's`]);
}
