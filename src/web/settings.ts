import type { Config } from '../config/config.ts';
import { sourceFor } from '../config/places.ts';
import type { CompatConfig } from '../config/compat.ts';
import type { HttpConfig } from '../config/http.ts';
import type { Prices } from '../endpoints/dsmr-costs.ts';

/** What the web's thread is started with. */
export interface WebSettings {
  readonly http: HttpConfig;
  readonly compat: CompatConfig;
  /** Whose telegrams go to readers who do not say; undefined: those of the first. */
  readonly streamSource: string | undefined;
  /** Oldest first. */
  readonly prices: readonly Prices[];
  readonly stateDir: string;
  readonly version: string;
  readonly isHistoryKept: boolean;
  /** For so long delivered telegrams are kept. */
  readonly keepMs: number;
  /** When the service began, in milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly sources: readonly SourcePlace[];
  readonly endpoints: readonly EndpointPlace[];
}

export interface SourcePlace {
  readonly name: string;
  readonly type: string;
  readonly timeZone: string;
  /** As in the configuration. */
  readonly gasChannel: number | undefined;
}

interface EndpointPlace {
  readonly name: string;
  readonly type: string;
  /** Whose telegrams it gets. */
  readonly sources: readonly string[];
  /** Without user and path, such as `http://192.168.1.10:7777` or `mqtt://192.168.1.5`; undefined where it has none. */
  readonly origin: string | undefined;
}

/** What of the configuration the web's thread needs: no secret is among it. */
export function webSettings(config: Config, version: string, startedAt: Date): WebSettings {
  return {
    http: config.http,
    compat: config.compat,
    streamSource: config.stream.source,
    prices: config.prices,
    stateDir: config.stateDir.path,
    isHistoryKept: config.history.enabled,
    version,
    keepMs: config.journal.keepMs,
    startedAtMs: startedAt.getTime(),
    sources: config.sources.map(({ name, type, timeZone, gasChannel }) => ({ name, type, timeZone, gasChannel })),
    endpoints: config.endpoints.map((endpoint) => {
      const { name, type, settings } = endpoint;
      const own = sourceFor(endpoint, config.sources);
      const sources = own === undefined ? config.sources.map((one) => one.name) : [own.name];
      return { name, type, sources, origin: originOf(settings['url']) };
    }),
  };
}

/** Where an origin is. */
export function hostOf(origin: string | undefined): string | null {
  return origin === undefined ? null : new URL(origin).hostname;
}

function originOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
