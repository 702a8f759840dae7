import type { Letter } from '../../journal/letter.ts';
import type { MeterPlace, ServiceView } from '../endpoint-type.ts';
import { statesOf } from '../states.ts';
import type { AgeOf } from '../own-time.ts';
import { Announcer } from './announcer.ts';
import type { DiscoveryOptions } from './discovery.ts';
import { leaveOutFalls } from './counter-gate.ts';
import { HealthPace } from './health-pace.ts';
import type { Message } from './link.ts';
import { bridgeAskMessage, bridgeHealthMessage, bridgeInfoMessage, bridgeStateMessage } from './messages.ts';
import { MadeOnce } from './made-once.ts';
import { Meters } from './meters.ts';
import { Neighbour } from './neighbour.ts';
import type { PaceOptions } from './pace.ts';
import type { Profile } from './profile.ts';
import type { Publication } from './publication.ts';
import { type Topics, topicsOf } from './topics.ts';

export interface HomeAssistantOptions extends PaceOptions, DiscoveryOptions {
  readonly meters: ReadonlyMap<string, MeterPlace>;
  readonly service: ServiceView;
  readonly ageOf: AgeOf;
  /** From 0 up to 1, by chance. */
  readonly chance: () => number;
}

/** When Home Assistant came back, others tell it everything, too: each waits for another while. */
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;
/** For so long it is worth a note that topics were taken over. */
const NOTE_MS = 60_000;

/** One JSON state a meter, what tells Home Assistant of it, and how the service and its endpoints stand. */
export class HomeAssistant implements Profile {
  readonly #options: HomeAssistantOptions;
  readonly #topics: Topics;
  readonly #status: string;
  readonly #meters: Meters;
  readonly #stateOf: ReturnType<typeof statesOf>;
  readonly #readings = new MadeOnce<string>();
  readonly #health = new HealthPace();
  /** By meter: the state that the broker has. */
  #states = new Map<string, string>();
  #announcer: Announcer;
  #neighbour: Neighbour;
  /** When Home Assistant is told everything again; undefined: it did not come back. */
  #againMs: number | undefined;
  #isBack = false;
  #begunMs = 0;

  constructor(options: HomeAssistantOptions) {
    const topics = topicsOf(options.prefix);
    this.#options = options;
    this.#topics = topics;
    this.#status = `${options.discoveryPrefix}/status`;
    this.#meters = new Meters({ ...options, topics });
    this.#stateOf = statesOf(options.meters, leaveOutFalls());
    this.#announcer = this.#newAnnouncer();
    this.#neighbour = new Neighbour(topics, options.service);
  }

  get will(): Publication {
    return bridgeStateMessage(this.#topics, 'offline');
  }

  get looksAt(): readonly string[] {
    const states = [...this.#options.meters.keys()].map((meter) => this.#topics.meterState(meter));
    return [this.#topics.bridgeState, ...states, ...this.#announcer.filters];
  }

  get listensTo(): readonly string[] {
    return [this.#topics.bridgeInfo, this.#topics.bridgeAsk, this.#status];
  }

  get question(): Publication | undefined {
    const { isLikely, isThere } = this.#neighbour;
    return isLikely && !isThere ? bridgeAskMessage(this.#topics, this.#options.service.instanceId) : undefined;
  }

  get odd(): string | undefined {
    return this.#neighbour.odd;
  }

  connected(): void {
    this.#states = new Map();
    this.#announcer = this.#newAnnouncer();
    this.#neighbour = new Neighbour(this.#topics, this.#options.service);
    this.#health.reset();
  }

  hear(message: Message): void {
    const { topic, payload, retained } = message;
    if (topic === this.#status) this.#isBack ||= !retained && payload.toString() === 'online';
    else if (topic.endsWith('/config')) this.#announcer.learn(topic, payload.toString());
    else {
      this.#neighbour.hear(message);
      if (retained) this.#states.set(topic, payload.toString());
    }
  }

  begin(letters: readonly Letter[], nowMs: number): Publication[] {
    const { service, ageOf } = this.#options;
    this.#neighbour.makeWay();
    this.#begunMs = nowMs;
    this.#meters.open((meter) => {
      const state = this.#states.get(this.#topics.meterState(meter)) ?? '';
      return { state, names: this.#announcer.namesOf(meter) };
    }, nowMs);
    this.#states.clear();
    for (const letter of letters) this.#meters.see(letter, nowMs - ageOf(letter).ms);
    return [
      bridgeInfoMessage(this.#topics, service),
      ...this.#announce(),
      ...this.#meters.again(nowMs),
      ...this.#healthIfDue(nowMs),
      bridgeStateMessage(this.#topics, 'online'),
    ];
  }

  take(letter: Letter, nowMs: number): Publication[] {
    const { isDue, hasChanged } = this.#meters.see(letter, nowMs);
    return [
      ...(hasChanged ? this.#announce() : []),
      ...(isDue || hasChanged ? this.#meters.state(letter.telegram.source, nowMs) : []),
      ...this.#meters.presence(nowMs),
    ];
  }

  look(nowMs: number): Publication[] {
    this.#neighbour.makeWayForOlder();
    if (nowMs - this.#begunMs >= NOTE_MS) this.#neighbour.forget();
    return [...this.#answer(), ...this.#again(nowMs), ...this.#meters.presence(nowMs), ...this.#healthIfDue(nowMs)];
  }

  each(letter: Letter): Publication[] {
    const topic = this.#topics.meterReading(letter.telegram.source);
    return [
      {
        topic,
        payload: this.#readings.of(letter.seq, () => JSON.stringify(this.#stateOf(letter))),
        qos: 1,
        retain: false,
      },
    ];
  }

  leave(): Publication[] {
    return [this.will];
  }

  /** One that went over our topics before it made way makes it necessary to say all again. */
  #answer(): Publication[] {
    if (this.#neighbour.isThere) this.#isBack = true;
    return this.#neighbour.takeAsked() ? [bridgeInfoMessage(this.#topics, this.#options.service)] : [];
  }

  #again(nowMs: number): Publication[] {
    if (this.#isBack) {
      this.#isBack = false;
      this.#againMs = nowMs + SHORTEST_WAIT_MS + this.#options.chance() * (LONGEST_WAIT_MS - SHORTEST_WAIT_MS);
    }
    if (this.#againMs === undefined || nowMs < this.#againMs) return [];
    this.#againMs = undefined;
    this.#health.reset();
    return [...this.#announce(true), ...this.#meters.again(nowMs)];
  }

  #announce(again = false): Publication[] {
    const endpoints = this.#options.service.endpoints().map(({ name }) => name);
    return this.#announcer.announce(this.#meters.facts, endpoints, again);
  }

  #healthIfDue(nowMs: number): Publication[] {
    const { service } = this.#options;
    if (!this.#health.isDue(service, nowMs)) return [];
    const facts = { ...service, sources: service.sources(), endpoints: service.endpoints() };
    return [bridgeHealthMessage(this.#topics, facts)];
  }

  #newAnnouncer(): Announcer {
    const { service, prefix, meters } = this.#options;
    const publisher = { prefix, version: service.version, pageUrl: service.pageUrl };
    return new Announcer({ ...this.#options, publisher, meters: [...meters.keys()] });
  }
}
