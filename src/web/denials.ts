import { Book } from './book.ts';
import type { OfficeLine } from './office-line.ts';
import type { Denied } from '../telemetry/denied.ts';
import { REASON_WORDS } from './reasons.ts';
import type { Problem, ProblemName } from './problem.ts';

/** Something that was turned down: a telegram, a delivery, a request. */
export interface Denial {
  readonly id: number;
  readonly atMs: number;
  readonly kind: 'telegram' | 'delivery' | 'request';
  readonly reason: string;
  readonly text: string;
  readonly source: string | null;
  readonly endpoint: string | null;
  readonly client: string | null;
}

/** Some days of a healthy service; under a fault the newest. */
const MOST = 5_000;
const ASK_MS = 5_000;

const REASONS: Partial<Record<ProblemName, string>> = {
  unauthenticated: 'unauthenticated',
  forbidden: 'forbidden',
  'rate-limited': 'rate-limited',
};

/** One list of what was turned down, and why, since the start. */
export class Denials {
  readonly #book = new Book<Denial>(MOST);
  readonly #office: OfficeLine;
  #asked = 0;

  constructor(office: OfficeLine, signal: AbortSignal) {
    this.#office = office;
    const timer = setInterval(() => void this.fetch().catch(() => undefined), ASK_MS).unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** With those that the main thread knows of by now. @throws {Problem} where it does not answer. */
  async all(): Promise<readonly Denial[]> {
    await this.fetch();
    return this.#book.rows;
  }

  request({ kind, message }: Problem, client: string): void {
    const what = { kind: 'request', reason: REASONS[kind] ?? kind, text: message } as const;
    this.#book.add({ ...what, atMs: Date.now(), source: null, endpoint: null, client });
  }

  async fetch(): Promise<void> {
    const fresh = await this.#office.ask('denied', { after: this.#asked });
    for (const one of fresh.filter(({ number }) => number > this.#asked)) {
      this.#asked = one.number;
      this.#book.add(toDenial(one));
    }
  }
}

function toDenial({ at, kind, reason, text, source, endpoint }: Denied): Omit<Denial, 'id'> {
  const word = reason === 'refused' ? 'invalid' : REASON_WORDS[reason];
  return {
    atMs: at.getTime(),
    kind,
    reason: word,
    text,
    source: source ?? null,
    endpoint: endpoint ?? null,
    client: null,
  };
}
