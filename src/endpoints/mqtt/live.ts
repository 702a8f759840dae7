import { Paused } from '../../outbox/endpoint.ts';
import type { LivePart, LiveTeller, Newest } from '../../outbox/live-part.ts';
import { atMost } from '../../time/at-most.ts';
import { sleep } from '../../time/sleep.ts';
import { liftableLimit } from '../../time/time-limit.ts';
import type { Broker } from './broker.ts';
import type { Link, Message } from './link.ts';
import type { Profile } from './profile.ts';
import type { Publication } from './publication.ts';

export interface LiveOptions {
  readonly broker: Broker;
  readonly profile: Profile;
  /** Whether the newest telegrams are shown; false where each is delivered anyway. */
  readonly showsTelegrams: boolean;
  /** Told of each connection, and why it is over. */
  readonly onLink: (link: Link) => void;
  readonly onFailure: (error: Error) => void;
}

const LOOK_MS = 1_000;
/** For the last words: the service ends soon. */
const LEAVE_MS = 1_000;
/** Brokers send what they keep right behind the answer to a subscription; once it is quiet, that was all. */
const QUIET_MS = 250;
const MOST_QUIETS = 20;
/** Others answer with their next look. */
const ANSWER_MS = 5 * LOOK_MS;

/** Shows the newest telegrams at a broker. */
export class Live implements LivePart {
  readonly #options: LiveOptions;
  /** Whether the last connection was let publish. */
  #maySpeak = false;
  /** A topic that the broker does not let us read. */
  #unread: string | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  async show(newest: Newest, teller: LiveTeller, signal: AbortSignal): Promise<void> {
    const { onFailure } = this.#options;
    try {
      await this.#connect(newest, teller, signal);
    } catch (error) {
      onFailure(error as Error);
      throw error;
    }
  }

  async #connect(newest: Newest, teller: LiveTeller, signal: AbortSignal): Promise<void> {
    const { profile, showsTelegrams } = this.#options;
    if (!this.#maySpeak && profile.will !== undefined) await this.#tryOut(signal);
    this.#maySpeak = false;
    const link = await this.#open(profile.will, signal);
    try {
      await publishAll(link, profile.begin(showsTelegrams ? newest.all() : [], performance.now()));
      this.#maySpeak = true;
      this.#options.onLink(link);
      teller.connected();
      await this.#keepShowing(link, newest, teller, signal);
      await atMost(LEAVE_MS, publishAll(link, profile.leave()));
    } catch (error) {
      if (error instanceof Paused) this.#maySpeak = false;
      throw error;
    } finally {
      await link.close();
    }
  }

  get #denied(): string | undefined {
    if (this.#unread === undefined) return undefined;
    return `${this.#options.broker.address} does not let us read ${this.#unread}: allow it in the broker's access list, for what stood there before a restart is read back`;
  }

  /** Without a will, which would speak for somebody else where that one was there first. @throws {Paused} then. */
  async #tryOut(signal: AbortSignal): Promise<void> {
    const link = await this.#open(undefined, signal);
    try {
      this.#options.profile.begin([], performance.now());
    } finally {
      await link.close();
    }
  }

  /** A connection, with what its broker keeps heard. */
  async #open(will: Publication | undefined, signal: AbortSignal): Promise<Link> {
    const { broker, profile } = this.#options;
    let heard = 0;
    const onMessage = (message: Message): void => {
      heard += 1;
      profile.hear(message);
    };
    profile.connected();
    const link = await broker.connect(will, onMessage, signal);
    try {
      await this.#look(link, () => heard, signal);
      await this.#ask(link, signal);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Waits for the answer of one who may not be there. */
  async #ask(link: Link, signal: AbortSignal): Promise<void> {
    const { profile } = this.#options;
    if (profile.question !== undefined) await link.publish(profile.question);
    for (let waitedMs = 0; profile.question !== undefined && waitedMs < ANSWER_MS; waitedMs += QUIET_MS)
      await sleep(QUIET_MS, signal);
  }

  /** Until what the broker keeps was heard. */
  async #look(link: Link, heard: () => number, signal: AbortSignal): Promise<void> {
    const { looksAt, listensTo } = this.#options.profile;
    const topics = [...listensTo, ...looksAt];
    const allowed = await Promise.all(topics.map((topic) => link.subscribe(topic)));
    this.#unread = topics.find((_, index) => allowed[index] === false);
    for (let quiets = 0, before = -1; before !== heard() && quiets < MOST_QUIETS; quiets++) {
      before = heard();
      await sleep(QUIET_MS, signal);
    }
    await Promise.all(looksAt.map((topic) => link.unsubscribe(topic)));
  }

  /** @throws why the connection is over, where it is that and no stop. */
  async #keepShowing(link: Link, newest: Newest, teller: LiveTeller, signal: AbortSignal): Promise<void> {
    const { profile, showsTelegrams } = this.#options;
    const ended = new AbortController();
    const end = (): void => ended.abort();
    link.over.addEventListener('abort', end, { once: true });
    signal.addEventListener('abort', end, { once: true });
    try {
      for (let lookedMs = 0; !signal.aborted;) {
        link.over.throwIfAborted();
        for (const letter of await next(newest, ended.signal)) {
          if (!showsTelegrams) continue;
          const publications = profile.take(letter, performance.now());
          await publishAll(link, publications);
          if (publications.length > 0) teller.took();
        }
        if (performance.now() - lookedMs < LOOK_MS) continue;
        lookedMs = performance.now();
        await publishAll(link, profile.look(lookedMs));
        teller.odd(profile.odd ?? this.#denied);
      }
    } finally {
      link.over.removeEventListener('abort', end);
      signal.removeEventListener('abort', end);
    }
  }
}

/** Waits for letters, though no longer than until the next look. */
async function next(newest: Newest, signal: AbortSignal): ReturnType<Newest['next']> {
  const limit = liftableLimit(signal, LOOK_MS);
  try {
    return await newest.next(limit.signal);
  } finally {
    limit.release();
  }
}

/** As many at a time as the link lets go. */
async function publishAll(link: Link, publications: readonly Publication[]): Promise<void> {
  await Promise.all(publications.map((publication) => link.publish(publication)));
}
