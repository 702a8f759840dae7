import type { z } from 'zod';
import type { ConfigSchema, Families } from './schema.ts';
import { toCompatConfig, type CompatConfig } from './compat.ts';
import type { Prices } from '../endpoints/dsmr-costs.ts';
import { deepFreeze } from './freeze.ts';
import { toHttpConfig, type HttpConfig } from './http.ts';
import { toPrices } from './prices.ts';
import { toStreamConfig, type StreamConfig } from './stream.ts';
import { moment } from '../settings/moment.ts';
import { kit } from '../settings/values.ts';
import type { StateDir } from './state-dir.ts';

/** What the service was told to do: complete, checked, with every secret as its text. Frozen to its leaves. */
export interface Config {
  readonly sources: readonly SourceConfig[];
  readonly endpoints: readonly EndpointConfig[];
  readonly journal: JournalConfig;
  readonly http: HttpConfig;
  readonly history: HistoryConfig;
  readonly compat: CompatConfig;
  readonly stream: StreamConfig;
  /** Oldest first. */
  readonly prices: readonly Prices[];
  readonly stateDir: StateDir;
  readonly log: { readonly level: Settings['log']['level'] };
}

export interface SourceConfig {
  /** Unique among the sources. */
  readonly name: string;
  /** A key of the registry of sources. */
  readonly type: string;
  /** Whether this meter prints a CRC16; one of DSMR 2 or 3 does not. `auto` where the line will tell. */
  readonly checksum: 'required' | 'absent' | 'auto';
  /** A connection without a byte for this long is given up and made anew. */
  readonly silenceMs: number;
  /** A connection that gives bytes for this long and no telegram is told of, and made anew. */
  readonly patienceMs: number;
  /** Of a meter that encrypts: its keys, and whether the tag of each telegram must fit. */
  readonly decryption?: {
    readonly key: string;
    readonly authenticationKey: string;
    readonly tag: 'required' | 'optional';
  };
  /** IANA name: its standard time is what the meter's `W` stands for. */
  readonly timeZone: string;
  /** The channel of the M-Bus that its gas meter is on; undefined where that is to be found. */
  readonly gasChannel: number | undefined;
  /** What the type's `create` takes. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface EndpointConfig {
  /** Unique among the endpoints; its cursor in the journal goes by it. */
  readonly name: string;
  /** A key of the registry of endpoints. */
  readonly type: string;
  /** The source whose telegrams it gets; undefined where there is one source, or it gets those of all. */
  readonly source: string | undefined;
  /** Whether it takes the telegrams of several meters, where no source is named. */
  readonly isOfAllSources: boolean;
  /** Whether nothing is kept for it: it has no place in the journal. */
  readonly isLiveOnly: boolean;
  /** One telegram in this time by the meter's clock; 0 is every telegram. */
  readonly intervalMs: number;
  /** How fast a backlog goes: adaptive, without a limit, or so many telegrams a second. */
  readonly rate: 'adaptive' | 'off' | number;
  /** Where it begins while the journal does not know it: a time is milliseconds since 1970. */
  readonly from: 'now' | 'beginning' | number;
  /** The name under which the journal may know it. */
  readonly formerly: string | undefined;
  /** What becomes of a letter whose request got no answer. */
  readonly onAmbiguous: 'verify' | 'resend' | 'drop';
  /** For so long after such a request its letter may still turn up at the far side. */
  readonly verifyWindowMs: number;
  /** A backlog that outgrows the journal is thinned to one letter in this time; 0 is not at all. */
  readonly thinBacklogMs: number;
  /** What the type's `create` takes. */
  readonly settings: Readonly<Record<string, unknown>>;
}

interface JournalConfig {
  /** Delivered telegrams younger than this are kept for sending again. */
  readonly keepMs: number;
  /** As long as they take no more bytes than this. */
  readonly keepBytes: number;
  /** Never more bytes than this in all; absent: the smaller of 2 GB and a tenth of the disk. */
  readonly maxBytes?: number;
  /** The disk is made to write once in this time; 0 is at every telegram. */
  readonly syncIntervalMs: number;
}

interface HistoryConfig {
  /** Whether one is kept at all. */
  readonly enabled: boolean;
  /** Minutes are kept for so long. */
  readonly keepMs: number;
}

type Settings = z.output<ConfigSchema>;

const USUAL = { silenceMs: 15_000, patienceMs: 60_000 };
/** Meters on a 9600 baud line print every ten seconds: three telegrams must be missed before that is silence. */
const OF_SLOW_LINE = { silenceMs: 35_000, patienceMs: 120_000 };
const SLOW_BAUD_RATE = 9_600;

/** Makes a {@link Config} of settings that hold: what depends on another setting is decided here. */
export function assemble(settings: Settings, families: Families, stateDir: StateDir): Config {
  const { journal } = settings;
  const sources = settings.sources ?? (settings.source === undefined ? [] : [settings.source]);
  return deepFreeze({
    sources: sources.map((source) => toSource(source, ownSettings(source, families.sources))),
    endpoints: settings.endpoints.map((endpoint) => toEndpoint(endpoint, families.endpoints)),
    journal: {
      keepMs: journal.keep,
      keepBytes: journal.keepSize,
      ...(journal.maxSize !== undefined && { maxBytes: journal.maxSize }),
      syncIntervalMs: journal.syncInterval,
    },
    http: toHttpConfig(settings.http),
    history: { enabled: settings.history.enabled, keepMs: settings.history.keep },
    compat: toCompatConfig(settings.compat),
    stream: toStreamConfig(settings.stream),
    prices: toPrices(settings.prices),
    stateDir,
    log: settings.log,
  });
}

function toSource(source: NonNullable<Settings['source']>, settings: SourceConfig['settings']): SourceConfig {
  const { type, name = type, checksum, timeZone, gasChannel, key, authenticationKey, tag } = source;
  const times = isSlow(settings) || isUnknown(type, settings) ? OF_SLOW_LINE : USUAL;
  const silenceMs = source.silence ?? times.silenceMs;
  return {
    name,
    type,
    checksum: checksum === 'auto' ? checksumOf(type, settings) : checksum,
    silenceMs,
    patienceMs: Math.max(times.patienceMs, silenceMs),
    ...(key !== undefined && { decryption: { key, authenticationKey, tag } }),
    timeZone,
    gasChannel: gasChannel === 'auto' ? undefined : gasChannel,
    settings,
  };
}

function toEndpoint(endpoint: Settings['endpoints'][number], family: Families['endpoints']): EndpointConfig {
  const { type, name = type, source, rate, formerly, onAmbiguous, verifyWindow: verifyWindowMs, backlog } = endpoint;
  const kind = family[type];
  const settings = ownSettings(endpoint, family);
  const from =
    endpoint.from === 'now' || endpoint.from === 'beginning' ? endpoint.from : moment(endpoint.from, Date.now());
  return {
    ...{ name, type, source, rate, from, formerly, onAmbiguous, verifyWindowMs, settings },
    isOfAllSources: kind?.isOfAllSources?.(settings) === true,
    isLiveOnly: kind?.isLiveOnly?.(settings) === true,
    // An interval that the type gives a meaning of its own leaves no letter out.
    intervalMs: 'interval' in settings ? 0 : endpoint.interval,
    thinBacklogMs: backlog.thin,
  };
}

/** Meters of DSMR 2 and 3 talk 9600 baud 7E1 and print no CRC16; from DSMR 4 on it is 115200 8N1 with one. */
function checksumOf(type: string, line: Readonly<Record<string, unknown>>): SourceConfig['checksum'] {
  if (isUnknown(type, line) || type === 'ingest') return 'auto';
  const is7E1 = line['dataBits'] === 7 && line['parity'] === 'even';
  return isSlow(line) || is7E1 ? 'absent' : 'required';
}

function isSlow(line: Readonly<Record<string, unknown>>): boolean {
  return line['baudRate'] === SLOW_BAUD_RATE;
}

/** Whether it is not known before what meter it is: the line is found by listening, or another service reads it. */
function isUnknown(type: string, line: Readonly<Record<string, unknown>>): boolean {
  return type === 'http' || line['baudRate'] === 'auto' || line['port'] === 'auto';
}

function ownSettings(
  member: { readonly type: string } & Readonly<Record<string, unknown>>,
  family: Families['sources'] | Families['endpoints'],
): Readonly<Record<string, unknown>> {
  const own = Object.keys(family[member.type]?.settings(kit).shape ?? {});
  return Object.fromEntries(own.filter((key) => key in member).map((key) => [key, member[key]]));
}
