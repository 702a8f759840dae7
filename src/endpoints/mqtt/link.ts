import type { Socket } from 'node:net';
import { codeOf } from '../../http/unreachable.ts';
import { Paused, TryLater } from '../../outbox/endpoint.ts';
import { atMost } from '../../time/at-most.ts';
import { type ClientOptions, type Done, type MqttClient, newClient } from './client.ts';
import type { Publication } from './publication.ts';
import { broken, type Caller, type Objection, publishRefusal, refusal } from './refusals.ts';
import { openSocket, type Place } from './socket.ts';
import { Window } from './window.ts';

export interface LinkOptions extends Caller {
  readonly place: Place;
  readonly password: string | undefined;
  /** How MQTT numbers its versions: 4 is 3.1.1. */
  readonly version: 4 | 5;
  readonly keepAliveMs: number;
  /** For connecting, and for each message until it is acknowledged. */
  readonly timeoutMs: number;
  /** What the broker says in our place once we are gone without a word. */
  readonly will: Publication | undefined;
  readonly onMessage: (message: Message) => void;
  /** What it means that the broker closes a connection that lived for so long, and does not say why. */
  readonly onClosed: (livedMs: number) => Error;
}

/** What the broker sends for a subscription. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  /** Whether it was kept by the broker from before. */
  readonly retained: boolean;
}

/** One connection to a broker. Once it is lost it is over. */
export interface Link {
  /**
   * Resolves when the broker has it: once it was acknowledged, with QoS 0 once it was written. So many are on their way at
   * a time as the broker takes, {@link MOST_IN_FLIGHT} at most; the others wait, in order. Throws why the link is over, or
   * what the broker has against this message.
   */
  publish(publication: Publication): Promise<void>;
  /** @returns false where the broker does not allow it. */
  subscribe(topic: string): Promise<boolean>;
  unsubscribe(topic: string): Promise<void>;
  /** Aborts once it is over. The reason is what `publish` throws. */
  readonly over: AbortSignal;
  /** Takes leave, which keeps the broker from publishing the will. Never throws. */
  close(): Promise<void>;
}

/** As many as mosquitto takes by default. */
export const MOST_IN_FLIGHT = 20;
/** What we subscribe to are small texts. */
const MAX_PACKET_BYTES = 65_536;
const LEAVE_MS = 1_000;

/** Makes a connection. @throws {TryLater} or {@link Paused}, and the signal's reason once that aborts. */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<Link> {
  signal.throwIfAborted();
  const link = new BrokerLink(options);
  await link.connected(signal);
  return link;
}

class BrokerLink implements Link {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  readonly #client: MqttClient;
  readonly #over = new AbortController();
  /** Ends each message on its way, once it is over. */
  readonly #onTheirWay = new Set<() => void>();
  #window = new Window(MOST_IN_FLIGHT);
  /** By the monotonic clock; undefined until it is connected. */
  #connectedMs: number | undefined;
  /** Since the last whole packet. */
  #bytes = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#socket = openSocket(options.place);
    this.#client = newClient(() => this.#socket, clientOptions(options));
    this.#socket.on('error', (error) => this.#fail(this.#meaningOf(error)));
    this.#socket.on('data', (chunk) => this.#count(chunk.length));
    this.#client
      .on('packetreceive', () => (this.#bytes = 0))
      .on('error', (error: Error) => this.#fail(this.#meaningOf(error)))
      .on('disconnect', ({ reasonCode = 0 }: { reasonCode?: number }) =>
        this.#fail(refusal(options, reasonCode, `reason ${reasonCode}`)),
      )
      .on('close', () => this.#fail(this.#closed()))
      .on('message', (topic: string, payload: Buffer, { retain }: { retain: boolean }) =>
        options.onMessage({ topic, payload, retained: retain }),
      );
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  async connected(signal: AbortSignal): Promise<void> {
    const leave = (): void => this.#fail(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await this.#connack();
    } finally {
      signal.removeEventListener('abort', leave);
    }
    this.#connectedMs = performance.now();
    this.#window = new Window(
      Math.min(MOST_IN_FLIGHT, this.#client.serverProperties?.receiveMaximum ?? MOST_IN_FLIGHT),
    );
  }

  async publish(publication: Publication): Promise<void> {
    await this.#window.enter();
    try {
      await this.#acknowledged(publication);
    } finally {
      this.#window.leave();
    }
  }

  async subscribe(topic: string): Promise<boolean> {
    const objection = await this.#answer('a subscription', (done) => this.#client.subscribe(topic, { qos: 1 }, done));
    return objection === undefined;
  }

  async unsubscribe(topic: string): Promise<void> {
    await this.#answer('the end of a subscription', (done) => this.#client.unsubscribe(topic, done));
  }

  async close(): Promise<void> {
    if (this.over.aborted) return;
    this.#over.abort(new TryLater(`${this.#options.address}: the connection was closed`));
    const left = new Promise<void>((resolve) => this.#client.end(false, resolve));
    await atMost(LEAVE_MS, left);
    this.#cut();
  }

  #connack(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.once('connect', resolve);
      this.over.addEventListener('abort', () => reject(this.over.reason as Error), { once: true });
    });
  }

  async #acknowledged({ topic, payload, qos: wanted, retain }: Publication): Promise<void> {
    const { maximumQoS = wanted } = this.#client.serverProperties ?? {};
    const qos = maximumQoS < wanted ? maximumQoS : wanted;
    const objection = await this.#answer('a message', (done) =>
      this.#client.publish(topic, payload, { qos, retain }, done),
    );
    if (objection !== undefined) throw publishRefusal(this.#options, topic, objection);
  }

  /**
   * What the broker has against it; undefined where nothing. One that does not answer in time is left: it must not hold us.
   */
  #answer(what: string, ask: (done: Done) => void): Promise<Objection | undefined> {
    const { address, timeoutMs } = this.#options;
    const late = `${address} did not acknowledge ${what} within ${timeoutMs / 1_000} s`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new TryLater(late)), timeoutMs);
      const forget = (): void => {
        clearTimeout(timer);
        this.#onTheirWay.delete(leave);
      };
      const leave = (): void => {
        forget();
        reject(this.over.reason as Error);
      };
      if (this.over.aborted) {
        leave();
        return;
      }
      this.#onTheirWay.add(leave);
      ask((error) => {
        // Any other error is that of the connection, of which we hear by itself.
        if (error != null && !isObjection(error)) return;
        forget();
        resolve(error ?? undefined);
      });
    });
  }

  /** The first cause is the one that is told. */
  #fail(error: Error): void {
    if (this.over.aborted) return;
    this.#over.abort(error);
    this.#cut();
  }

  #cut(): void {
    for (const leave of [...this.#onTheirWay]) leave();
    this.#client.end(true);
    this.#socket.destroy();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > 2 * MAX_PACKET_BYTES)
      this.#fail(new TryLater(`${this.#options.address} sends a packet without an end`));
  }

  #meaningOf(error: Error & { code?: unknown }): Error {
    const { address, timeoutMs } = this.#options;
    if (typeof error.code === 'number') return refusal(this.#options, error.code, error.message);
    if (error.code === 'ECONNRESET' && this.#connectedMs === undefined) return this.#closed();
    if (codeOf(error) !== '') return broken(this.#options, error);
    if (error.message === 'connack timeout')
      return new TryLater(`${address} did not answer within ${timeoutMs / 1_000} s`);
    if (error.message === 'Keepalive timeout') return new TryLater(`${address} does not answer any more`);
    if (this.#connectedMs !== undefined) return new TryLater(`${address} broke the rules of MQTT: ${error.message}`);
    return new Paused(`${address} does not speak MQTT: ${error.message}`, 'set url to the address of an MQTT broker', {
      cause: error,
    });
  }

  #closed(): Error {
    const { address, place, onClosed } = this.#options;
    if (this.#connectedMs !== undefined) return onClosed(performance.now() - this.#connectedMs);
    const hint = place.tls === undefined ? 'does it want TLS (mqtts://)?' : 'does it speak TLS there (or mqtt://)?';
    return new TryLater(`${address} closes the connection before it answers: ${hint}`);
  }
}

function clientOptions({
  clientId,
  user,
  password,
  version,
  keepAliveMs,
  timeoutMs,
  will,
}: LinkOptions): ClientOptions {
  return {
    protocolId: 'MQTT',
    protocolVersion: version,
    clientId,
    clean: true,
    keepalive: Math.ceil(keepAliveMs / 1_000),
    connectTimeout: timeoutMs,
    // A new attempt is ours to make; and what cannot be sent now is not to be held.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: 'native',
    log: () => undefined,
    ...(user !== undefined && { username: user, password }),
    ...(will !== undefined && { will }),
    ...(version === 5 && { properties: { maximumPacketSize: MAX_PACKET_BYTES } }),
  };
}

/** The broker's own answer, and no fault of the connection. */
function isObjection(error: Error & { code?: unknown; packet?: unknown }): error is Objection {
  return typeof error.code === 'number' || error.packet !== undefined;
}
