import type { KeptVisit } from '../history/book.ts';
import { Book } from './book.ts';
import type { Kept } from './kept.ts';

/** Who uses what is known here, or has: a login, a stream. */
export interface Visit {
  readonly id: number;
  readonly kind: 'login' | 'sse' | 'ws';
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

/** One list of visits: those since the start, and those that are kept of earlier. */
export class Visits {
  readonly #book = new Book<Visit>(MOST);
  readonly #kept: Kept;

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  goOn(lastId: number): void {
    this.#book.goOn(lastId);
  }

  /** For a visit that is known of elsewhere. */
  nextId(): number {
    return this.#book.nextId();
  }

  begin(visit: Pick<Visit, 'kind' | 'user' | 'address' | 'client'>): Visit {
    const fresh = { startMs: Date.now(), endMs: null, lastMs: performance.now(), items: 0, bytes: 0, message: '' };
    return this.#book.add({ ...visit, ...fresh });
  }

  end(id: number, message: string): void {
    const visit = this.#book.rows.find((one) => one.id === id);
    if (visit?.endMs === null) Object.assign(visit, { endMs: Date.now(), message });
  }

  /** How many of a kind go on, from an address or from all. */
  running(kind: Visit['kind'], address?: string): number {
    const isMeant = (visit: Visit): boolean => visit.kind === kind && (address ?? visit.address) === visit.address;
    return this.#book.rows.filter((visit) => visit.endMs === null && isMeant(visit)).length;
  }

  /** Since the start. */
  get all(): readonly Visit[] {
    return this.#book.rows;
  }

  /** Those that were over before. */
  async earlier(): Promise<readonly KeptVisit[]> {
    return this.#kept.ask((reader) => reader.visits(this.#book.firstId));
  }
}

/** As it is kept: by the wall clock. */
export function toKept({ id, kind, user, client, address, startMs, endMs, lastMs, items, message }: Visit): KeptVisit {
  const last = Math.round(Date.now() - (performance.now() - lastMs));
  return { id, kind, user, client, address, startMs, endMs, lastMs: last, items, message };
}
