import { Book } from './book.ts';

/** Who uses what is known here, or has: a login, a stream. */
export interface Visit {
  readonly id: number;
  readonly kind: 'login' | 'sse';
  readonly user: string | null;
  readonly address: string;
  readonly client: string | null;
  readonly startMs: number;
  endMs: number | null;
  /** Of the last item, by a clock that is never set. */
  lastMs: number;
  items: number;
  bytes: number;
  message: string;
}

const MOST = 5_000;

/** One list of visits since the start. */
export class Visits {
  readonly #book = new Book<Visit>(MOST);

  begin(visit: Pick<Visit, 'kind' | 'user' | 'address' | 'client'>): Visit {
    const fresh = { startMs: Date.now(), endMs: null, lastMs: performance.now(), items: 0, bytes: 0, message: '' };
    return this.#book.add({ ...visit, ...fresh });
  }

  end(id: number, message: string): void {
    const visit = this.#book.rows.find((one) => one.id === id);
    if (visit?.endMs === null) Object.assign(visit, { endMs: Date.now(), message });
  }

  /** How many of a kind go on. */
  running(kind: Visit['kind']): number {
    return this.#book.rows.filter((visit) => visit.kind === kind && visit.endMs === null).length;
  }

  get all(): readonly Visit[] {
    return this.#book.rows;
  }
}
