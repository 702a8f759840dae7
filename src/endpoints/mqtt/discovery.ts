import type { DiscoveryDocument } from './documents.ts';
import { objectIn } from './object-in.ts';
import type { Publication } from './publication.ts';
import { topicsOf } from './topics.ts';

/**
 * `device`: one document a device, which Home Assistant takes since 2024.11. `entity`: one an entity, for those before it. `off`:
 * Home Assistant is told nothing.
 */
export type DiscoveryStyle = 'device' | 'entity' | 'off';

export interface DiscoveryOptions {
  readonly style: DiscoveryStyle;
  /** Where Home Assistant looks, `homeassistant` unless somebody changed that there. */
  readonly discoveryPrefix: string;
  /** Of our own topics. */
  readonly prefix: string;
}

/**
 * What Home Assistant is told, against what the broker still has of it: what is gone is taken away, what stood in the other style
 * is moved with all that a user made of it.
 * Source: Home Assistant, MQTT discovery: device discovery payload, migration from single component to device-based discovery.
 */
export class Discovery {
  readonly #options: DiscoveryOptions;
  /** By topic: what is retained there, and is ours. */
  readonly #retained = new Map<string, string>();

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** Where documents of ours may be retained. */
  get filters(): readonly string[] {
    return ['device', ...PLATFORMS].map((kind) => `${this.#options.discoveryPrefix}/${kind}/+/config`);
  }

  /** Takes in what the broker has; what others published is nothing to us. */
  learn(topic: string, payload: string): void {
    if (this.#retained.size < MOST_TOPICS && this.#isOurs(payload)) this.#retained.set(topic, payload);
  }

  /** The components that a document of this id had, by their keys. */
  componentsOf(id: string): readonly string[] {
    const { discoveryPrefix } = this.#options;
    const ofDevice = Object.entries(componentsIn(this.#retained.get(deviceTopic(discoveryPrefix, id))))
      .filter(([, component]) => Object.keys(component as object).length > 1)
      .map(([key]) => key);
    const ofEntities = [...this.#retained.keys()].flatMap((topic) => entityKey(topic, id) ?? []);
    return [...new Set([...ofDevice, ...ofEntities])];
  }

  /**
   * What is to be published, in this order, so that Home Assistant knows these devices and no others of ours.
   *
   * @param again whether also what is there already, for one that has just come back.
   */
  announce(documents: readonly DiscoveryDocument[], { again = false } = {}): Publication[] {
    const wanted = this.#wanted(documents);
    const old = [...this.#retained.keys()].filter((topic) => !wanted.has(topic));
    const isMoved = (topic: string): boolean => wanted.size > 0 && this.#isOfOtherStyle(topic);
    const fresh = [...wanted].filter(([topic, payload]) => again || this.#retained.get(topic) !== payload);
    this.#retained.clear();
    for (const [topic, payload] of wanted) this.#retained.set(topic, payload);
    return [
      ...old.filter(isMoved).map((topic) => published(topic, MIGRATE)),
      ...fresh.map(([topic, payload]) => published(topic, payload)),
      ...old.map((topic) => published(topic, '')),
    ];
  }

  /** By topic, in the order of the documents. */
  #wanted(documents: readonly DiscoveryDocument[]): Map<string, string> {
    const { style, discoveryPrefix } = this.#options;
    if (style === 'off') return new Map();
    if (style === 'entity') return new Map(documents.flatMap((document) => entityPayloads(discoveryPrefix, document)));
    return new Map(
      documents.map((document) => {
        const topic = deviceTopic(discoveryPrefix, document.id);
        return [topic, devicePayload(document, this.#retained.get(topic))];
      }),
    );
  }

  #isOfOtherStyle(topic: string): boolean {
    const isDevice = topic.startsWith(`${this.#options.discoveryPrefix}/device/`);
    return isDevice !== (this.#options.style === 'device');
  }

  /** Every document of ours says that it hangs on our own state. */
  #isOurs(payload: string): boolean {
    const availability = objectIn(payload)['availability'];
    const [first] = Array.isArray(availability) ? (availability as unknown[]) : [];
    return (first as { topic?: unknown } | undefined)?.topic === topicsOf(this.#options.prefix).bridgeState;
  }
}

/** Some ten times what a service with several meters has in the style of entities. */
const MOST_TOPICS = 5_000;
const PLATFORMS = ['sensor', 'binary_sensor'];
const MIGRATE = JSON.stringify({ migrate_discovery: true });

function deviceTopic(discoveryPrefix: string, id: string): string {
  return `${discoveryPrefix}/device/${id}/config`;
}

/** One whose component is gone says so with nothing but its platform, for as long as the broker has it. */
function devicePayload({ body, components }: DiscoveryDocument, before: string | undefined): string {
  const gone = Object.entries(componentsIn(before))
    .filter(([key]) => !(key in components))
    .map(([key, component]) => [key, { platform: (component as { platform?: unknown }).platform }] as const);
  return JSON.stringify({ ...body, components: { ...components, ...Object.fromEntries(gone) } });
}

function entityPayloads(discoveryPrefix: string, { body, components }: DiscoveryDocument): [string, string][] {
  return Object.values(components).map(({ platform, ...component }) => [
    `${discoveryPrefix}/${platform}/${component.unique_id}/config`,
    JSON.stringify({ ...body, ...component }),
  ]);
}

/** Of the topic of an entity of this device: its key. */
function entityKey(topic: string, id: string): string | undefined {
  const [, kind = '', uniqueId = ''] = topic.split('/').slice(-4);
  return PLATFORMS.includes(kind) && uniqueId.startsWith(`${id}_`) ? uniqueId.slice(id.length + 1) : undefined;
}

function componentsIn(payload: string | undefined): Readonly<Record<string, unknown>> {
  const { components } = objectIn(payload ?? '');
  return typeof components === 'object' && components !== null ? (components as Record<string, unknown>) : {};
}

function published(topic: string, payload: string): Publication {
  return { topic, payload, qos: 1, retain: true };
}
