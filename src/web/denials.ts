import type { KeptDenial } from '../history/book.ts';
import { Book } from './book.ts';
import type { Kept } from './kept.ts';
import type { OfficeLine } from './office/line.ts';
import type { Denied } from '../telemetry/denied.ts';
import { REASON_WORDS } from './reasons.ts';
import type { Problem, ProblemName } from './http/problem.ts';

/** Something that was turned down: a telegram, a delivery, a request. */
export type Denial = KeptDenial;

/** Some days of a healthy service; under a fault the newest. */
const MOST = 5_000;

const REASONS: Partial<Record<ProblemName, string>> = {
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  'rate-limited': 'rate-limited',
};

/** One list of what was turned down, and why: what is kept of earlier, and what was seen since. */
export class Denials {
  readonly #book = new Book<Denial>(MOST);
  readonly #office: Pick<OfficeLine, 'ask'>;
  readonly #kept: Kept;
  /** The last that the main thread told of, by its own numbers. */
  asked = 0;

  constructor(office: Pick<OfficeLine, 'ask'>, kept: Kept) {
    this.#office = office;
    this.#kept = kept;
  }

  /** @param asked what the main thread counted up to there is kept already. */
  goOn(lastId: number, asked = 0): void {
    this.#book.goOn(lastId);
    this.asked = Math.max(this.asked, asked);
  }

  /** With those that the main thread knows of by now. @throws {Problem} where it does not answer. */
  async all(): Promise<readonly Denial[]> {
    await this.fetch();
    const earlier = await this.#kept.ask((reader) => reader.denials(this.#book.firstId));
    return [...earlier, ...this.#book.rows];
  }

  /** Those since the start with ids above this one. */
  since(id: number): readonly Denial[] {
    return this.#book.rows.filter((denial) => denial.id > id);
  }

  request({ kind, message }: Problem, client: string): void {
    const what = { kind: 'request', reason: REASONS[kind] ?? kind, text: message } as const;
    this.#book.add({ ...what, atMs: Date.now(), source: null, endpoint: null, client });
  }

  async fetch(): Promise<void> {
    const fresh = await this.#office.ask('denied', { after: this.asked });
    for (const one of fresh.filter(({ number }) => number > this.asked)) {
      this.asked = one.number;
      this.#book.add(toDenial(one));
    }
  }
}

/** What became of a delivery, in the words of the API; the first whose text fits. */
const DELIVERY_WORDS: readonly (readonly [text: RegExp, word: string])[] = [
  [/ answered 401\b|: Invalid auth key/, 'unauthorized'],
  [/: API is disabled/, 'disabled'],
  [/ answered 404\b/, 'not-found'],
  [/ answered 413\b/, 'too-large'],
  [/: Failed to parse telegram/, 'unparsable'],
];
const OF_OTHERS = { refused: 'invalid', paused: 'mis-set', dropped: 'queue-full' } as const;

function reasonOf({ reason, text }: Denied): string {
  if (reason !== 'refused' && reason !== 'paused' && reason !== 'dropped') return REASON_WORDS[reason];
  return DELIVERY_WORDS.find(([said]) => said.test(text))?.[1] ?? OF_OTHERS[reason];
}

function toDenial(denied: Denied): Omit<Denial, 'id'> {
  const { at, kind, text, source, endpoint } = denied;
  return {
    atMs: at.getTime(),
    kind,
    reason: reasonOf(denied),
    text,
    source: source ?? null,
    endpoint: endpoint ?? null,
    client: null,
  };
}
