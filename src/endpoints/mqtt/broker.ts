import { Paused } from '../../outbox/endpoint.ts';
import { type Link, type LinkOptions, openLink } from './link.ts';
import { closedByBroker, likelyTakenOver, WrongVersion } from './refusals.ts';

export interface BrokerOptions extends Omit<LinkOptions, 'version' | 'will' | 'onMessage' | 'onClosed'> {
  /** `auto`: MQTT 5, and 3.1.1 with a broker that does not speak it. */
  readonly version: 'auto' | '3.1.1' | '5';
}

/** A connection that a broker closes sooner than this was not worth making. */
const SHORT_MS = 10_000;
/** A broker that is started anew a few times cuts connections short, too. */
const TIMES_IN_A_ROW = 6;

/** A broker over many connections, and what was learnt of it. */
export class Broker {
  readonly #options: BrokerOptions;
  #version: LinkOptions['version'];
  /** How many connections in a row it closed soon, without saying why. */
  #cutShort = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#version = options.version === '3.1.1' ? 4 : 5;
  }

  /** Scheme, host and port. */
  get address(): string {
    return this.#options.address;
  }

  /** Makes a connection. @throws as {@link openLink} does. */
  async connect(will: LinkOptions['will'], onMessage: LinkOptions['onMessage'], signal: AbortSignal): Promise<Link> {
    try {
      return await this.#open({ will, onMessage, onClosed: (livedMs) => this.#closed(livedMs) }, signal);
    } catch (error) {
      // Who is not there, or turns us away, has not cut us off for another.
      if (!(error instanceof Paused)) this.#cutShort = 0;
      throw error;
    }
  }

  /** Whether it lets us in. By another id, since a service may be there under ours. @throws as {@link openLink} does. */
  async probe(signal: AbortSignal): Promise<void> {
    const clientId = `${this.#options.clientId}-check`;
    const deaf = { will: undefined, onMessage: () => undefined, onClosed: () => closedByBroker(this.#options) };
    const link = await this.#open({ clientId, ...deaf }, signal);
    await link.close();
  }

  async #open(how: Pick<LinkOptions, 'will' | 'onMessage' | 'onClosed'> & Partial<LinkOptions>, signal: AbortSignal) {
    const open = async (): Promise<Link> => openLink({ ...this.#options, ...how, version: this.#version }, signal);
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof WrongVersion) || this.#options.version !== 'auto' || this.#version === 4) throw error;
      this.#version = 4;
      return open();
    }
  }

  /** Two clients with one id cut each other off, again and again; with MQTT 3.1.1 no broker says so, with 5 not all do. */
  #closed(livedMs: number): Error {
    this.#cutShort = livedMs < SHORT_MS ? this.#cutShort + 1 : 0;
    if (this.#cutShort < TIMES_IN_A_ROW) return closedByBroker(this.#options);
    return likelyTakenOver(this.#options, this.#cutShort);
  }
}
