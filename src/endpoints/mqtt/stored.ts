import type { Letter } from '../../journal/letter.ts';
import { type Batch, TryLater } from '../../outbox/endpoint.ts';
import type { Broker } from './broker.ts';
import { MOST_IN_FLIGHT, type Link } from './link.ts';
import type { Profile } from './profile.ts';

/** Delivers each telegram, in order, over the connection of the live part. */
export class Stored {
  readonly #profile: Profile;
  readonly #broker: Broker;
  #link: Link | undefined;
  #failure: Error | undefined;

  constructor(profile: Profile, broker: Broker) {
    this.#profile = profile;
    this.#broker = broker;
  }

  linked(link: Link): void {
    this.#link = link;
    this.#failure = undefined;
  }

  failed(error: Error): void {
    this.#link = undefined;
    this.#failure = error;
  }

  readonly batch: Batch = {
    most: MOST_IN_FLIGHT,
    gatherMs: 0,
    deliver: (letters, signal) => this.deliver(letters, signal),
  };

  /** Resolves once the broker has acknowledged all. One that comes twice is allowed for by QoS 1. */
  async deliver(letters: readonly Letter[], signal: AbortSignal): Promise<void> {
    const link = this.#usable();
    const publications = letters.flatMap((letter) => this.#profile.each(letter));
    signal.throwIfAborted();
    const results = await Promise.allSettled(publications.map((publication) => link.publish(publication)));
    const refused = results.find(({ status }) => status === 'rejected');
    if (refused === undefined) return;
    this.#profile.untaken?.();
    throw (refused as PromiseRejectedResult).reason;
  }

  /** Whether there is a connection; where none was ever tried, whether there could be one. @throws why not. */
  async probe(signal: AbortSignal): Promise<void> {
    if (this.#link === undefined && this.#failure === undefined) await this.#broker.probe(signal);
    else this.#usable();
  }

  /** @throws why there is no connection. */
  #usable(): Link {
    if (this.#link?.over.aborted === false) return this.#link;
    throw this.#failure ?? new TryLater(`${this.#broker.address}: not connected yet`);
  }
}
