import { mqtt } from '../../src/endpoints/mqtt.ts';
import type { ServiceView, SourceView } from '../../src/endpoints/endpoint-type.ts';
import type { Letter } from '../../src/journal/letter.ts';
import type { Endpoint } from '../../src/outbox/endpoint.ts';
import { LiveOutlet } from '../../src/outbox/live-outlet.ts';
import { kit } from '../../src/settings/values.ts';
import { buildTelegram } from './telegrams.ts';

/** What a meter shows in a telegram, in the digits that it prints. */
export interface Shown {
  readonly imported?: string;
  readonly power?: string;
  readonly equipment?: string;
  readonly more?: readonly string[];
}

/** A telegram of a Dutch meter at this second of an hour in January. */
export function telegramOf(
  second: number,
  { imported = '000671.578', power = '00.333', equipment, more = [] }: Shown = {},
) {
  const clock = new Date(Date.UTC(2026, 0, 15, 12, 0, second)).toISOString().replace(/^20|[-T:]|\..*$/g, '');
  return buildTelegram('/ISK5\\2M550T-1012', [
    '1-3:0.2.8(50)',
    `0-0:1.0.0(${clock}W)`,
    `0-0:96.1.1(${equipment ?? '4530303434303037313331363530363134'})`,
    `1-0:1.8.1(${imported}*kWh)`,
    '1-0:1.8.2(000842.472*kWh)',
    '1-0:2.8.1(000000.000*kWh)',
    '1-0:2.8.2(000000.000*kWh)',
    '0-0:96.14.0(0002)',
    `1-0:1.7.0(${power}*kW)`,
    '1-0:2.7.0(00.000*kW)',
    ...more,
  ]);
}

/** An endpoint that is kept connected as the service does it, only faster. */
export class MqttEndpoint {
  readonly endpoint: Endpoint;
  /** How it stood, one after the other. */
  readonly told: string[] = [];
  readonly #outlet: LiveOutlet;
  readonly #sources: SourceView[];
  #seq = 0;

  constructor(settings: Record<string, unknown>, { meters = ['house'], instanceId = 'a1b2c3d4e5f6' } = {}) {
    this.#sources = meters.map((name) => {
      const counts = { accepted: 0, rejected: 0, lastAcceptedAt: undefined };
      return { name, connected: true, trouble: undefined, ...counts };
    });
    const service: ServiceView = {
      version: '1.2.3',
      instanceId,
      startedAt: new Date('2026-01-15T11:00:00Z'),
      pageUrl: undefined,
      sources: () => this.#sources,
      endpoints: () => [this.#outlet.status()],
    };
    const places = meters.map((name) => [name, { timeZone: 'Europe/Amsterdam', gasChannel: undefined }] as const);
    const parsed = mqtt.settings(kit).parse(settings);
    this.endpoint = mqtt.create(parsed, { name: 'mqtt', meters: new Map(places), service });
    this.#outlet = new LiveOutlet({
      ...{ name: 'mqtt', live: this.endpoint.live!, source: undefined, retryPausedMs: 100 },
      backoff: { firstMs: 100, longestMs: 100 },
      events: {
        changed: ({ state, reason }) => this.told.push(reason === undefined ? state : `${state}: ${reason}`),
        odd: (_name, what) => this.told.push(`odd: ${what}`),
      },
    });
  }

  start(): this {
    this.#outlet.start();
    return this;
  }

  get status() {
    return this.#outlet.status();
  }

  letter(raw: Buffer, source = 'house'): Letter {
    this.#seq += 1;
    return { seq: this.#seq, telegram: { source, receivedAt: new Date(), checksum: 'valid', raw } };
  }

  accept(raw: Buffer, source = 'house'): void {
    this.#outlet.accepted(this.letter(raw, source));
  }

  async end(): Promise<void> {
    await this.#outlet.stop();
  }
}
