import type { IncomingMessage } from 'node:http';
import { json, text, type Answer } from '../../http/answer.ts';
import { collect } from '../../http/bodies.ts';
import { Problem, type ProblemName } from '../../http/problem.ts';
import type { Live } from '../../live.ts';
import type { NewestTelegram } from '../../newest-reading.ts';
import type { SourcePlace, WebSettings } from '../../settings.ts';
import type { CompatApi } from '../compat-api.ts';
import { isPosted } from '../../../reading/posted.ts';
import { Measurement } from './measurement.ts';
import { serialOf } from './serial.ts';
import { BAD_JSON, BAD_VALUE, INTERNAL, NOT_MODIFIABLE, refuse, TOO_LARGE } from './errors.ts';

export interface HomeWizardParts {
  readonly live: Pick<Live, 'newestOf'>;
  /** Somebody at this address wants to know which device this is. */
  readonly identify: (address: string) => void;
  readonly now?: () => Date;
}

/** A meter that said nothing for so long is silent: clients show no value rather than an old one. */
const SILENT_MS = 60_000;
const IDENTIFY_MS = 60_000;
const PLAIN = 'text/plain; charset=latin1';

interface Request {
  readonly message: IncomingMessage;
  readonly address: string;
}
type Handler = (request: Request) => Promise<Answer> | Answer;

/**
 * The local API v1 of a HomeWizard P1 meter, which asks for no key and is never refused with 401.
 * Source: HomeWizard's API documentation, v1.
 */
export class HomeWizardApi implements CompatApi {
  readonly #parts: Required<HomeWizardParts>;
  readonly #source: SourcePlace;
  readonly #measurement: Measurement;
  readonly #serial: string;
  #identifiedMs = -Infinity;
  readonly #routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
    '/api': { GET: () => json(this.#device) },
    '/api/v1/data': { GET: async () => json(this.#measurement.of(await this.#newest())) },
    '/api/v1/telegram': { GET: async () => text(await this.#telegram(), PLAIN, NEVER_KEPT) },
    '/api/v1/system': { GET: () => json(SYSTEM), PUT: async ({ message }) => this.#setSystem(message) },
    '/api/v1/identify': { PUT: ({ address }) => this.#identify(address) },
  };

  constructor(parts: HomeWizardParts, source: SourcePlace) {
    this.#parts = { now: () => new Date(), ...parts };
    this.#source = source;
    this.#measurement = new Measurement(source.gasChannel);
    this.#serial = serialOf(source.name);
  }

  serves(path: string): boolean {
    return Object.hasOwn(this.#routes, path);
  }

  async answer(message: IncomingMessage, address: string): Promise<Answer> {
    const { method = '', url = '' } = message;
    const methods = this.#routes[url.split('?')[0] ?? ''] ?? {};
    const handler = methods[method === 'HEAD' ? 'GET' : method];
    if (handler !== undefined) return handler({ message, address });
    const allow = Object.keys(methods).join(', ');
    throw new Problem('method-not-allowed', `expected ${allow}`, {}, { allow });
  }

  refusal({ kind, message, status, headers }: Problem): Answer {
    return refuse(KINDS[kind] ?? INTERNAL, message, status, headers);
  }

  get #device(): object {
    return { ...DEVICE, serial: this.#serial };
  }

  /** @throws {Problem} where none came, or none for long. */
  async #newest(): Promise<NewestTelegram> {
    const newest = await this.#parts.live.newestOf(this.#source.name);
    if (newest === undefined) throw unavailable('no telegram has come since the start');
    // Behind our clock or before it: whichever was set, this age is none.
    const ageMs = Math.abs(this.#parts.now().getTime() - newest.receivedAt.getTime());
    if (ageMs > SILENT_MS) throw unavailable('the meter is silent: no telegram has come for a minute');
    return newest;
  }

  async #telegram(): Promise<Buffer> {
    const { raw } = await this.#newest();
    if (isPosted(raw)) throw unavailable('values are posted here, no telegrams');
    return raw;
  }

  async #setSystem(message: IncomingMessage): Promise<Answer> {
    const wish = readObject(await collect(message));
    if (wish === undefined) return refuse(BAD_JSON, 'body contains invalid json, expected {"cloud_enabled": false}');
    const { cloud_enabled: isWanted } = wish;
    if (typeof isWanted !== 'boolean') return refuse(BAD_VALUE, 'cloud_enabled: expected true or false');
    if (isWanted) return refuse(NOT_MODIFIABLE, 'cloud_enabled: there is no cloud here to switch on');
    return json(SYSTEM);
  }

  #identify(address: string): Answer {
    const nowMs = performance.now();
    if (nowMs - this.#identifiedMs >= IDENTIFY_MS) {
      this.#identifiedMs = nowMs;
      this.#parts.identify(address);
    }
    return json({ identify: 'ok' });
  }
}

/** The meter that is shown: what was chosen, else the first. */
export function sourceOfHomeWizard({ compat, sources }: WebSettings): SourcePlace | undefined {
  const { enabled, source } = compat.homewizard;
  return enabled ? (sources.find(({ name }) => name === source) ?? sources[0]) : undefined;
}

/** The device and the firmware that the frozen format stands for. */
const DEVICE = { product_type: 'HWE-P1', product_name: 'P1 Meter', firmware_version: '4.19', api_version: 'v1' };
const SYSTEM = { cloud_enabled: false };
const NEVER_KEPT = { 'cache-control': 'no-store' };
const KINDS: Partial<Record<ProblemName, number>> = { 'too-large': TOO_LARGE };

function unavailable(why: string): Problem {
  return new Problem('store-unavailable', why, {}, { 'retry-after': '5' });
}

function readObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return undefined;
  }
}
