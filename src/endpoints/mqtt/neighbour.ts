import { Paused } from '../../outbox/endpoint.ts';
import type { ServiceView } from '../endpoint-type.ts';
import type { Message } from './link.ts';
import { objectIn } from './object-in.ts';
import type { Topics } from './topics.ts';

/** Who publishes under a prefix: `instance` is for comparing only, a log masks it. */
interface Publisher {
  readonly instance: string;
  readonly started: string;
}

const REMEDY = 'set prefix to one of its own for one of the two';

/**
 * Notices who else publishes under our prefix. Who is there first stays: one who comes asks, and pauses where he is answered.
 * Where two came at once, the one that was started later pauses.
 */
export class Neighbour {
  readonly #own: Publisher;
  readonly #topics: Topics;
  /** Whose info the broker keeps, and whether that one has taken leave. */
  #keptInfo: Publisher | undefined;
  #hasLeft = false;
  /** One that runs. */
  #living: Publisher | undefined;
  #isAsked = false;
  /** A state that is kept there, and whether it is said whose it is. */
  #keptState: string | undefined;
  #isOwned = false;

  constructor(topics: Topics, { instanceId, startedAt }: Pick<ServiceView, 'instanceId' | 'startedAt'>) {
    this.#topics = topics;
    this.#own = { instance: instanceId, started: startedAt.toISOString() };
  }

  hear({ topic, payload, retained }: Message): void {
    if (topic === this.#topics.bridgeAsk) this.#isAsked ||= this.#isOther(publisherIn(payload));
    else if (topic === this.#topics.bridgeState) this.#hasLeft ||= retained && objectIn(payload)['state'] === 'offline';
    else if (topic === this.#topics.bridgeInfo) this.#hearInfo(publisherIn(payload), retained);
    else if (retained && payload.length > 0) this.#keptState ??= topic;
  }

  /** Whether another one may be running: it is to be asked. */
  get isLikely(): boolean {
    return this.#keptInfo !== undefined && !this.#hasLeft;
  }

  /** Whether one runs for sure. */
  get isThere(): boolean {
    return this.#living !== undefined;
  }

  /** Whether somebody wants to know who we are, or was not aware of us. Once. */
  takeAsked(): boolean {
    const isAsked = this.#isAsked || this.isThere;
    this.#isAsked = false;
    this.#living = undefined;
    return isAsked;
  }

  /** @throws {Paused} where another one was there before us. */
  makeWay(): void {
    if (this.#living !== undefined) throw this.#paused(this.#living);
  }

  /** @throws {Paused} where another one runs and was started before us. */
  makeWayForOlder(): void {
    if (this.#living !== undefined && isOlder(this.#living, this.#own)) throw this.#paused(this.#living);
  }

  /** Whose topics we have taken over, or what a person has to do; undefined where we are alone. */
  get odd(): string | undefined {
    if (this.#keptInfo !== undefined)
      return `${this.#topics.bridgeInfo} was that of another p1-relay${startOf(this.#keptInfo)}, which is not there: its topics are ours now`;
    if (this.#keptState !== undefined && !this.#isOwned)
      return `somebody else has published on ${this.#keptState}: set another prefix, or they go over each other's states`;
    return undefined;
  }

  /** What was taken over is no news any more. */
  forget(): void {
    this.#keptInfo = undefined;
  }

  #hearInfo(publisher: Publisher, retained: boolean): void {
    this.#isOwned ||= retained;
    if (!this.#isOther(publisher)) return;
    if (retained) this.#keptInfo = publisher;
    else this.#living = publisher;
  }

  #isOther({ instance }: Publisher): boolean {
    return instance !== '' && instance !== this.#own.instance;
  }

  #paused(other: Publisher): Paused {
    return new Paused(`another p1-relay${startOf(other)} publishes on ${this.#topics.bridgeInfo}, too`, REMEDY);
  }
}

function publisherIn(payload: Buffer): Publisher {
  const { instance, started } = objectIn(payload);
  return {
    instance: typeof instance === 'string' ? instance : '',
    started: typeof started === 'string' ? started : '',
  };
}

function isOlder(one: Publisher, other: Publisher): boolean {
  return one.started === other.started ? one.instance < other.instance : one.started < other.started;
}

/** What a person may know the other one by. */
function startOf({ started }: Publisher): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(started) ? ` (started ${started.slice(0, 19)}Z)` : '';
}
