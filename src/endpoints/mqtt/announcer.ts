import { Discovery, type DiscoveryOptions } from './discovery.ts';
import {
  agentDocument,
  endpointDocument,
  meterDeviceId,
  meterDocument,
  type MeterFacts,
  type Publisher,
} from './documents.ts';
import type { Publication } from './publication.ts';

export interface AnnouncerOptions extends DiscoveryOptions {
  readonly publisher: Publisher;
  /** All meters, whether they were heard yet or not. */
  readonly meters: readonly string[];
}

/**
 * What Home Assistant is told over one connection. A meter that was not heard yet keeps what the broker has of it: its entities
 * would lose what a user made of them.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #discovery: Discovery;
  /** By meter. */
  readonly #ids: ReadonlyMap<string, string>;
  /** Of meters that were not heard yet, by meter: what the broker has. */
  readonly #held = new Map<string, [topic: string, payload: string][]>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#discovery = new Discovery(options);
    this.#ids = new Map(options.meters.map((meter) => [meter, meterDeviceId(options.publisher, meter)]));
    for (const meter of options.meters) this.#held.set(meter, []);
  }

  /** Where the broker may have something of ours. */
  get filters(): readonly string[] {
    return this.#discovery.filters;
  }

  /** Takes in what the broker has. */
  learn(topic: string, payload: string): void {
    const [meter = ''] = [...this.#ids].find(([, id]) => isAbout(topic, id)) ?? [];
    const held = this.#held.get(meter);
    if (held === undefined || this.#options.style === 'off') this.#discovery.learn(topic, payload);
    else held.push([topic, payload]);
  }

  /** The names that a meter had before. */
  namesOf(meter: string): readonly string[] {
    const before = new Discovery(this.#options);
    for (const [topic, payload] of this.#held.get(meter) ?? []) before.learn(topic, payload);
    return before.componentsOf(this.#ids.get(meter) ?? '');
  }

  /** @param meters those that were heard. @param again whether also what is there already. */
  announce(meters: readonly MeterFacts[], endpoints: readonly string[], again = false): Publication[] {
    const { publisher } = this.#options;
    for (const { meter } of meters) this.#release(meter);
    const documents = [
      agentDocument(publisher),
      ...endpoints.map((name) => endpointDocument(publisher, name)),
      ...meters.map((facts) => meterDocument(publisher, facts)),
    ];
    return this.#discovery.announce(documents, { again });
  }

  #release(meter: string): void {
    for (const [topic, payload] of this.#held.get(meter) ?? []) this.#discovery.learn(topic, payload);
    this.#held.delete(meter);
  }
}

/** Whether it is the topic of this device, or of an entity of it. */
function isAbout(topic: string, id: string): boolean {
  return topic.endsWith(`/device/${id}/config`) || topic.includes(`sensor/${id}_`);
}
