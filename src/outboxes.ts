import type { Config, EndpointConfig } from './config/config.ts';
import { sourceFor } from './config/places.ts';
import type { ServiceView } from './endpoints/endpoint-type.ts';
import type { AgeOf } from './endpoints/own-time.ts';
import type { Journal } from './journal/journal.ts';
import type { Letter } from './journal/letter.ts';
import { NO_LOSSES, type Losses } from './journal/losses.ts';
import type { OpenState } from './journal/protocol.ts';
import type { EndpointState } from './journal/view.ts';
import type { Endpoint } from './outbox/endpoint.ts';
import { LiveOutlet } from './outbox/live-outlet.ts';
import type { OutboxMeasures } from './outbox/measures.ts';
import { Outbox } from './outbox/outbox.ts';
import type { OutboxEvents } from './outbox/outbox-events.ts';
import type { OutboxStatus } from './outbox/status.ts';
import { Thinning } from './outbox/thinning.ts';
import { endpointOf, metersFor } from './parts.ts';
import { meterTime } from './reading/time.ts';

export interface OutboxesOptions {
  readonly config: Pick<Config, 'sources' | 'endpoints' | 'prices'>;
  readonly events: OutboxEvents;
  /** How old a letter is. */
  readonly ageOf: AgeOf;
  /** For endpoints that show the service itself; how the endpoints stand is added here. */
  readonly service: Omit<ServiceView, 'endpoints'>;
}

interface BuiltEndpoint {
  readonly config: EndpointConfig;
  readonly endpoint: Endpoint;
  /** Whose telegrams it gets; undefined where nothing is read at all. */
  readonly source: string | undefined;
}

/** All that lies right of the fork: every endpoint, its live part, and from the opening of the journal on its outbox. */
export class Outboxes {
  readonly #events: OutboxEvents;
  readonly #endpoints: readonly BuiltEndpoint[];
  readonly #live: readonly LiveOutlet[];
  #all: readonly Outbox[] = [];
  #droppedBefore: ReadonlyMap<string, number> = new Map();

  /** @throws {ConfigError} for what an endpoint finds wrong with its settings. */
  constructor({ config: { sources, endpoints, prices }, events, ageOf, service }: OutboxesOptions) {
    this.#events = events;
    const view: ServiceView = { ...service, endpoints: () => this.statuses() };
    this.#endpoints = endpoints.map((config) => {
      const meters = metersFor(config, sources);
      const endpoint = endpointOf(config, { ...meters, now: () => new Date(), ageOf, service: view, prices });
      return { config, endpoint, source: sourceFor(config, sources)?.name };
    });
    this.#live = this.#endpoints.flatMap((endpoint) => this.#openLive(endpoint));
  }

  /** Live parts begin at once: nothing is kept for them. */
  start(): void {
    for (const outlet of this.#live) outlet.start();
  }

  /** Begins each outbox where the journal says that it stood; none for an endpoint that the journal has no place for. */
  open(journal: Journal, { endpoints, head }: OpenState): void {
    const places = new Map(endpoints.map((place) => [place.name, place]));
    this.#droppedBefore = new Map(endpoints.map(({ name, dropped }) => [name, dropped]));
    this.#all = this.#endpoints.flatMap((endpoint) => {
      const begin = places.get(endpoint.config.name);
      return begin === undefined ? [] : [this.#openOutbox(endpoint, journal, begin, head)];
    });
  }

  /** Empty until the journal is open. */
  get all(): readonly Outbox[] {
    return this.#all;
  }

  /** By endpoint: what it had lost to the journal's size before this start. */
  get droppedBefore(): ReadonlyMap<string, number> {
    return this.#droppedBefore;
  }

  /** Endpoints that keep nothing: they have no outbox. */
  get liveOnly(): readonly LiveOutlet[] {
    const kept = this.#endpoints.filter(({ config }) => !config.isLiveOnly).map(({ config }) => config.name);
    return this.#live.filter(({ name }) => !kept.includes(name));
  }

  statuses(): OutboxStatus[] {
    return this.#shown.map((one) => this.#withNote(one.status()));
  }

  measures(): OutboxMeasures[] {
    return this.#shown.map((one) => one.measures());
  }

  /** Letters are in the journal now. */
  accepted(letters: readonly Letter[]): void {
    for (const outbox of [...this.#live, ...this.#all]) letters.forEach((letter) => outbox.accepted(letter));
  }

  /** Letters are in the journal no more, by endpoint. */
  letGo(letters: ReadonlyMap<string, Losses>): void {
    for (const outbox of this.#all) outbox.letGo(letters.get(outbox.name) ?? NO_LOSSES);
  }

  /**
   * Whether nothing waits, nor has any dead letter that somebody wants sent again. Of a journal that does not answer
   * that is not known: ask again.
   */
  async areEmpty(journal: Pick<Journal, 'deadToRetry'>): Promise<boolean> {
    if (this.#all.some((outbox) => outbox.status().waiting > 0)) return false;
    const asked = this.#all.map(async ({ name }) => (await journal.deadToRetry(name, 1)).length === 0);
    return Promise.all(asked).then(
      (answers) => !answers.includes(false),
      () => false,
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#live.map((outlet) => outlet.stop()));
    await Promise.all(this.#all.map((outbox) => outbox.stop()));
    const unopened = this.#endpoints.filter(({ config }) => !this.#all.some(({ name }) => name === config.name));
    await Promise.all(unopened.map(async ({ endpoint }) => endpoint.close?.()));
  }

  /** What stands for each endpoint. */
  get #shown(): readonly (Outbox | LiveOutlet)[] {
    return [...this.#all, ...this.liveOnly];
  }

  /** An outbox has nothing to say of what is odd where it delivers: its live part has seen it. */
  #withNote(status: OutboxStatus): OutboxStatus {
    return { ...status, reason: status.reason ?? this.#live.find(({ name }) => name === status.name)?.note };
  }

  /** Where there is an outbox, it speaks for both. */
  #openLive({ config: { name, isLiveOnly }, endpoint: { live }, source }: BuiltEndpoint): LiveOutlet[] {
    if (live === undefined) return [];
    const all = this.#events;
    const events = isLiveOnly ? all : { changed: () => undefined, odd: all.odd.bind(all) };
    return [new LiveOutlet({ name, live, source, events })];
  }

  #openOutbox({ config, endpoint, source }: BuiltEndpoint, journal: Journal, begin: EndpointState, head: number) {
    const { name, rate, intervalMs, onAmbiguous, verifyWindowMs } = config;
    const thinningOf = (ms: number): Thinning => new Thinning(ms, meterTime);
    const how = { rate, intervalMs, thinningOf, head, onAmbiguous, verifyWindowMs };
    return new Outbox({ name, endpoint, journal, begin, source, events: this.#events, ...how });
  }
}
