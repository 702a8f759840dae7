import type { Letter } from '../../journal/letter.ts';
import { Paused, Refused } from '../../outbox/endpoint.ts';
import type { MeterPlace, ServiceView } from '../endpoint-type.ts';
import type { Prices } from '../dsmr-costs.ts';
import { DsmrReaderProfile } from './dsmr-reader-profile.ts';
import { ID, MARKER, Owner, READINGS } from './dsmr-reader/owner.ts';
import type { Message } from './link.ts';
import { Pace, type PaceOptions } from './pace.ts';
import type { Profile } from './profile.ts';
import type { Publication } from './publication.ts';

export interface DsmrReaderOptions extends PaceOptions {
  /** Name of the source whose meter is shown. */
  readonly meter: string;
  readonly place: MeterPlace;
  readonly service: Pick<ServiceView, 'instanceId' | 'version' | 'sources'>;
  /** Whether what another one has published there is gone over. */
  readonly takesOver: boolean;
  /** What energy costs, oldest first. */
  readonly prices: readonly Prices[];
}

/** So many of our own may be on their way back to us. */
const MOST_OWN = 100;
const REMEDY = 'let only one publish there: switch the other off and clear what it left, or set takeOver: true here';

/** What a DSMR-reader would publish, on its topics. These have no prefix: only one can publish there. */
export class DsmrReader implements Profile {
  readonly #options: DsmrReaderOptions;
  readonly #profile: DsmrReaderProfile;
  readonly #pace: Pace;
  readonly #owner: Owner;
  /** What the broker keeps of readings, by topic. */
  #kept = new Map<string, string>();
  #ownIds: string[] = [];
  #isAlone = true;
  /** The last number that the broker has of ours: what went before it is there, and older than what is shown. */
  #last = 0;

  constructor(options: DsmrReaderOptions) {
    this.#options = options;
    this.#profile = new DsmrReaderProfile(options.place.timeZone, options.place.gasChannel, options.prices);
    this.#pace = new Pace(options);
    this.#owner = new Owner(options.service.instanceId, options.service.version);
  }

  /** What is kept is true until another reading is. */
  readonly will = undefined;
  readonly looksAt = ['dsmr/reading/#', 'dsmr/day-consumption/#'];
  readonly listensTo = [MARKER, ID];

  get odd(): string | undefined {
    return this.#isAlone ? undefined : `another one publishes on ${READINGS}#, too: ${REMEDY}`;
  }

  connected(): void {
    this.#kept = new Map();
    this.#owner.connected();
    this.#last = 0;
    this.#isAlone = true;
    this.#profile.forget();
  }

  hear(message: Message): void {
    const { topic, payload, retained } = message;
    if (retained && topic === MARKER) this.#owner.hear(message);
    else if (retained && payload.length > 0) this.#kept.set(topic, payload.toString());
    else if (topic === ID && payload.length > 0) this.#isAlone &&= this.#ownIds.includes(payload.toString());
    else if (topic === MARKER) this.#isAlone &&= !this.#owner.isOther(message);
  }

  begin(letters: readonly Letter[], nowMs: number): Publication[] {
    const other = [...this.#kept.keys()].find((topic) => topic.startsWith(READINGS));
    const isOurs = this.#owner.isOurs(this.#kept);
    if (other !== undefined && !isOurs && !this.#options.takesOver)
      throw new Paused(
        `${shown(other)} is kept at the broker, and not from this p1-relay: it is not gone over`,
        REMEDY,
      );
    if (isOurs) this.#resume();
    this.#kept.clear();
    return letters.flatMap((letter) => this.take(letter, nowMs));
  }

  #resume(): void {
    this.#owner.resume(this.#kept);
    this.#last = Number(this.#kept.get(ID) ?? 0);
    for (const [topic, payload] of this.#kept) this.#profile.learn(topic, payload);
  }

  take(letter: Letter, nowMs: number): Publication[] {
    if (letter.telegram.source !== this.#options.meter || !this.#pace.isDue(nowMs, undefined)) return [];
    try {
      return this.each(letter);
    } catch (error) {
      if (error instanceof Refused) return [];
      throw error;
    }
  }

  look(): Publication[] {
    return [];
  }

  each(letter: Letter): Publication[] {
    if (letter.seq < this.#last) return [];
    const { service, meter } = this.#options;
    const rejected = service.sources().find(({ name }) => name === meter)?.rejected ?? 0;
    const publications = this.#profile.publications(letter, rejected);
    this.#ownIds = [String(letter.seq), ...this.#ownIds].slice(0, MOST_OWN);
    return [this.#owner.mark(letter.seq, this.#profile.time), ...publications];
  }

  untaken(): void {
    this.#profile.forget();
  }

  leave(): Publication[] {
    return [];
  }
}

/** A name that anybody can have given, as it may stand in a text. */
function shown(topic: string): string {
  return topic.replace(/[^\w/-]/g, '').slice(0, 60);
}
