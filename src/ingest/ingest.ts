import type { Journal } from '../journal/journal.ts';
import type { Letter } from '../journal/letter.ts';
import { printPosted, type Posted } from '../reading/posted.ts';
import { Framer, type Found } from '../telegram/framer.ts';
import type { History } from '../telegram/history.ts';
import type { Rejection, RejectionReason, Telegram } from '../telegram/telegram.ts';
import type { ChecksumMode } from '../telegram/verdict.ts';
import { RecentLetters } from './recent-letters.ts';

interface IngestEvents {
  rejected(source: string, rejection: Rejection): void;
  /** It was here already. */
  repeated(source: string): void;
  /** It was read here, from another source. */
  looped(source: string, from: string): void;
}

export interface IngestOptions {
  /** Name that its telegrams carry. */
  readonly source: string;
  readonly checksum: ChecksumMode;
  /** Of its telegrams, where they have no checksum. */
  readonly history: History | undefined;
  readonly journal: Pick<Journal, 'keep'>;
  readonly events: IngestEvents;
}

/**
 * What became of a post. `kept`: it is on the card, under this number. `loop`: it is a telegram that this service itself read
 * from `source`.
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

  /** Takes one telegram, judged as one from a cable. @throws where the journal could not keep it. */
  async telegram(bytes: Buffer, receivedAt = new Date()): Promise<Fate> {
    const found = this.#judge(bytes, receivedAt);
    if ('reason' in found) {
      this.#options.events.rejected(this.#options.source, { reason: found.reason, raw: bytes });
      return { how: 'rejected', reason: found.reason };
    }
    const { source, raw, checksum } = found;
    return this.#keep({ source, receivedAt, raw, checksum });
  }

  /** Takes a reading by its values. @throws where the journal could not keep it. */
  async reading(posted: Posted, receivedAt = new Date()): Promise<Fate> {
    return this.#keep({ source: this.#options.source, receivedAt, raw: printPosted(posted), checksum: 'absent' });
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

  async #keep(telegram: Telegram): Promise<Fate> {
    const { source, events, journal } = this.#options;
    if (!this.#hasBegun) throw new Error('the journal is not open yet');
    const known = this.#recent.find(telegram);
    if (known !== undefined && known.source !== source) {
      events.looped(source, known.source);
      return { how: 'loop', source: known.source };
    }
    if (known !== undefined) {
      events.repeated(source);
      return { how: 'kept', seq: await known.seq };
    }
    const seq = journal.keep(telegram);
    this.#recent.add(telegram, { source, seq });
    return { how: 'kept', seq: await seq.catch((error: unknown) => this.#lost(telegram, error)) };
  }

  #lost(telegram: Telegram, error: unknown): never {
    this.#recent.forget(telegram);
    throw error;
  }
}
