import type { Journal } from '../journal/journal.ts';
import type { Letter } from '../journal/letter.ts';
import { printPosted, type Posted } from '../reading/posted.ts';
import { Framer, type Found } from '../telegram/framer.ts';
import type { History } from '../telegram/history.ts';
import type { Rejection, RejectionReason, Telegram } from '../telegram/telegram.ts';
import type { ChecksumMode } from '../telegram/verdict.ts';
import { RecentLetters, type Known } from './recent-letters.ts';

interface IngestEvents {
  rejected(source: string, rejection: Rejection): void;
  /** It was here already. */
  repeated(source: string): void;
  /** It came here before, from this source or another. */
  looped(source: string, from: string): void;
}

export interface IngestOptions {
  /** Name that its telegrams carry. */
  readonly source: string;
  readonly checksum: ChecksumMode;
  /** Of its telegrams, where they have no checksum. */
  readonly history: History | undefined;
  /** Ids of the keys with which endpoints of this service post: who shows one of these posts what came from here. */
  readonly ownKeys: readonly string[];
  readonly journal: Pick<Journal, 'keep'>;
  readonly events: IngestEvents;
}

/**
 * What became of a post. `kept`: it is on the card, under this number. `loop`: it is a telegram that this service has from
 * `source` already, and an endpoint sent it round.
 */
export type Fate =
  | { readonly how: 'kept'; readonly seq: number }
  | { readonly how: 'rejected'; readonly reason: RejectionReason }
  | { readonly how: 'loop'; readonly source: string };

/**
 * A source whose telegrams are posted. Who posts forgets a telegram once it is told that it was taken, so it is told only of
 * what is on the card. Who was not told posts again: what is here already is not taken a second time.
 */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #recent = new RecentLetters();
  #checksum: ChecksumMode;
  #hasBegun = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#checksum = options.checksum;
  }

  /**
   * Takes one telegram, judged as one from a cable.
   *
   * @param sender id of the key that it is posted with.
   * @throws where the journal could not keep it.
   */
  async telegram(bytes: Buffer, sender: string, receivedAt = new Date()): Promise<Fate> {
    const found = this.#judge(bytes, receivedAt);
    if ('reason' in found) {
      this.#options.events.rejected(this.#options.source, { reason: found.reason, raw: bytes });
      return { how: 'rejected', reason: found.reason };
    }
    const { source, raw, checksum } = found;
    return this.#keep({ source, receivedAt, raw, checksum }, sender);
  }

  /** Takes a reading by its values. @throws where the journal could not keep it. */
  async reading(posted: Posted, sender: string, receivedAt = new Date()): Promise<Fate> {
    const { source } = this.#options;
    return this.#keep({ source, receivedAt, raw: printPosted(posted), checksum: 'absent' }, sender);
  }

  /** What the journal held before is known: from here on posts are taken. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** Letters are in the journal, of whatever source. */
  saw(letters: readonly Letter[]): void {
    for (const { seq, telegram } of letters) this.#recent.add(telegram, { source: telegram.source, seq });
  }

  /** Nothing may stand beside the telegram, and no second one. */
  #judge(bytes: Buffer, at: Date): Found | { readonly reason: RejectionReason } {
    const { source, history } = this.#options;
    const framer = new Framer({ source, checksum: this.#checksum, history });
    const atMs = at.getTime();
    const [first, ...more] = [...framer.push(bytes, atMs), ...framer.idle(Infinity)];
    if (first === undefined || more.length > 0 || framer.noiseBytes > 0) return { reason: 'truncated' };
    const hasChecksum = 'checksum' in first && first.checksum !== 'absent';
    if (hasChecksum && this.#checksum === 'auto') this.#checksum = 'required';
    return first;
  }

  async #keep(telegram: Telegram, sender: string): Promise<Fate> {
    const { source, events, journal } = this.#options;
    if (!this.#hasBegun) throw new Error('the journal is not open yet');
    const known = this.#recent.find(telegram);
    if (this.#comesBack(known, sender)) {
      const from = known?.source ?? source;
      events.looped(source, from);
      return { how: 'loop', source: from };
    }
    if (known !== undefined) {
      events.repeated(source);
      return { how: 'kept', seq: await known.seq };
    }
    const seq = journal.keep(telegram);
    this.#recent.add(telegram, { source, seq, sender });
    return { how: 'kept', seq: await seq.catch((error: unknown) => this.#lost(telegram, error)) };
  }

  /** Whether it was read or posted here before by another, or an endpoint of this very service sends it. */
  #comesBack(known: Known | undefined, sender: string): boolean {
    const { source, ownKeys } = this.#options;
    if (ownKeys.includes(sender)) return true;
    return known !== undefined && (known.source !== source || (known.sender ?? sender) !== sender);
  }

  #lost(telegram: Telegram, error: unknown): never {
    this.#recent.forget(telegram);
    throw error;
  }
}
