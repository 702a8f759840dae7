import type { ServiceView } from '../endpoint-type.ts';
import type { Message } from './link.ts';
import { objectIn } from './object-in.ts';
import type { Topics } from './topics.ts';

/** Notices who else publishes under our prefix. */
export class Neighbour {
  readonly #own: string;
  readonly #topics: Topics;
  #other: string | undefined;
  /** A state that is kept there, and whether it is said whose it is. */
  #kept: string | undefined;
  #isOwned = false;

  constructor(topics: Topics, { instanceId }: Pick<ServiceView, 'instanceId'>) {
    this.#topics = topics;
    this.#own = instanceId;
  }

  hear({ topic, payload, retained }: Message): void {
    if (topic === this.#topics.bridgeInfo) this.#hearInfo(objectIn(payload)['instance'], retained);
    else if (retained && payload.length > 0) this.#kept ??= topic;
  }

  /** Who, and what a person has to do; undefined where we are alone. */
  get odd(): string | undefined {
    if (this.#other !== undefined)
      return `another p1-relay (${this.#other}) publishes on ${this.#topics.bridgeInfo}, too: if that one still runs, set another prefix for one of the two`;
    if (this.#kept !== undefined && !this.#isOwned)
      return `somebody else has published on ${this.#kept}: set another prefix, or they go over each other's states`;
    return undefined;
  }

  #hearInfo(instance: unknown, retained: boolean): void {
    this.#isOwned ||= retained;
    if (typeof instance === 'string' && instance !== this.#own)
      this.#other = instance.replace(/[^\w-]/g, '').slice(0, 40);
  }
}
