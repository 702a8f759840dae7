import { deviceId, isMeterOf } from '../../history/sample.ts';
import { asBuffer } from '../../journal/crossing.ts';
import { devicesOf } from '../../reading/devices.ts';
import { standardOffsetMinutes } from '../../reading/local-time.ts';
import { Reader } from '../../reading/reader.ts';
import type { NewestReading } from '../newest-reading.ts';
import type { WebSettings } from '../settings.ts';

/** A telegram that crossed from the other thread; without bytes where its row is damaged. */
interface Printed {
  readonly source: string;
  readonly raw: Uint8Array | undefined;
  readonly receivedAt: Date;
}

/** Something that was turned down: a telegram of a source, a delivery to an endpoint. */
interface TurnedDown {
  readonly source: string | null | undefined;
  readonly endpoint: string | null | undefined;
}

/** An object of a device on the M-Bus. */
const OF_CHANNEL = /^0-([1-9]):/;
/** What something that is not well is about. */
const ABOUT = /^(source|endpoint) (\S+): /;

/** What of all there is somebody sees whose key shows some meters only. */
export class Sight {
  readonly meters: ReadonlySet<string>;
  /** With the sources of these meters, and the endpoints that get their telegrams. */
  readonly settings: WebSettings;
  readonly #readers: ReadonlyMap<string, Reader>;

  constructor(meters: readonly string[], settings: WebSettings) {
    this.meters = new Set(meters);
    const sources = settings.sources.filter(({ name }) => meters.some((id) => isMeterOf(name, id)));
    const names = sources.map(({ name }) => name);
    // What goes to an endpoint of several tells of all of them.
    const endpoints = settings.endpoints.filter((one) => one.sources.every((source) => names.includes(source)));
    this.settings = { ...settings, sources, endpoints };
    this.#readers = new Map(
      sources.map(({ name, timeZone }) => [name, new Reader({ standardOffset: standardOffsetMinutes(timeZone) })]),
    );
  }

  /** Whether any of its meters is seen. */
  source(name: string): boolean {
    return this.settings.sources.some((one) => one.name === name);
  }

  endpoint(name: string): boolean {
    return this.settings.endpoints.some((one) => one.name === name);
  }

  /** Whether all that is printed in a telegram is of meters that are seen. */
  telegram({ source, raw, receivedAt }: Printed): boolean {
    const reader = this.#readers.get(source);
    if (reader === undefined || !this.meters.has(source)) return false;
    if (raw === undefined) return true;
    const reading = reader.read({ raw: asBuffer(raw), receivedAt });
    const devices = devicesOf(reading, receivedAt);
    const channels = devices.map(({ channel }) => String(channel));
    const isOfThem = ({ obis }: { readonly obis: string }): boolean =>
      channels.includes(OF_CHANNEL.exec(obis)?.[1] ?? '');
    const others = reading.unread.filter(({ obis }) => OF_CHANNEL.test(obis));
    return devices.every((device) => this.meters.has(deviceId(source, device))) && others.every(isOfThem);
  }

  /** What of a reading is of meters that are seen; none where nothing is. */
  reading(newest: NewestReading): NewestReading[] {
    const { source, reading, receivedAt } = newest;
    const seen = devicesOf(reading, receivedAt).filter((device) => this.meters.has(deviceId(source, device)));
    const mbus = Object.fromEntries(
      Object.entries(reading.mbus).filter(([channel]) => seen.some((one) => one.channel === Number(channel))),
    );
    if (this.meters.has(source)) return [{ ...newest, reading: { ...reading, mbus, unread: [] } }];
    return seen.length === 0 ? [] : [{ ...newest, header: '', reading: { meter: {}, mbus, unread: [] } }];
  }

  /** Whether something that was turned down was of what is seen. */
  denial({ source, endpoint }: TurnedDown): boolean {
    return this.source(source ?? '') || this.endpoint(endpoint ?? '');
  }

  /** Whether a sentence about what is not well is about what is seen, or about the service itself. */
  sentence(text: string): boolean {
    const [, kind, name = ''] = ABOUT.exec(text) ?? [];
    return kind === undefined || (kind === 'source' ? this.source(name) : this.endpoint(name));
  }
}
