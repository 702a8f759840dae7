import type { Damage, Kept, Subject } from '../journal/survey.ts';
import type { EndpointState } from '../journal/view.ts';
import type { JournalDesk } from './journal-desk.ts';

/** What is wrong with a journal, or not. */
export interface Verdict {
  readonly ok: boolean;
  readonly service: 'running' | 'stopped';
  /** How many of each were looked at. */
  readonly telegrams: number;
  readonly dictionaries: number;
  readonly deadLetters: number;
  readonly damaged: readonly Damage[];
  /** What SQLite finds wrong with the file. */
  readonly faults: readonly string[];
  readonly endpoints: readonly Waits[];
}

/** What waits for an endpoint. */
export interface Waits {
  readonly name: string;
  /** By its cursor. */
  readonly waiting: number;
  /** What is really there. */
  readonly found: number;
  readonly oldestAt: number | undefined;
  readonly aside: number;
  /** True where it waits no longer than a letter may on its way. */
  readonly isFresh: boolean;
}

/** With a service that runs, this long a letter is under way and not waiting. */
const FRESH_MS = 60_000;
const ALL = Number.MAX_SAFE_INTEGER;

/** Looks at every byte that a journal keeps, and at what its endpoints wait for. */
export async function verify(desk: JournalDesk, signal: AbortSignal): Promise<Verdict> {
  const damaged = new Neighbours();
  const counts = new Counts(desk, damaged, signal);
  const { endpoints, telegrams } = await counts.waits('telegrams');
  const dictionaries = await counts.of('dictionaries', 0, ALL);
  const deadLetters = await counts.of('dead', 0, ALL);
  const faults = await desk.faults();
  // What retention took while it was counted is not missing.
  const differ = endpoints.some(({ waiting, found }) => waiting !== found);
  const found = differ && desk.isLive ? (await counts.waits('numbers')).endpoints : endpoints;
  return {
    ok: damaged.all.length + faults.length === 0 && found.every(isWell),
    service: desk.isLive ? 'running' : 'stopped',
    ...{ telegrams, dictionaries: total(dictionaries), deadLetters: total(deadLetters) },
    ...{ damaged: damaged.all, faults, endpoints: found },
  };
}

/** How many telegrams there are of each source, and from when to when; no byte of them is looked at. */
export async function countTelegrams(desk: JournalDesk, head: number, signal: AbortSignal): Promise<Kept[]> {
  const kept = await new Counts(desk, new Neighbours(), signal).of('numbers', 0, head);
  const sources = [...new Set(kept.map(({ source }) => source))];
  return sources.map((source) => sum(kept.filter((one) => one.source === source)));
}

function sum(parts: readonly Kept[]): Kept {
  return parts.reduce((whole, { count, from, to }) => ({
    source: whole.source,
    count: whole.count + count,
    from: Math.min(whole.from, from),
    to: Math.max(whole.to, to),
  }));
}

/** True where an endpoint's letters are all there, and none waits. */
export function isWell({ waiting, found, aside, isFresh }: Waits): boolean {
  return waiting === found && aside === 0 && (waiting === 0 || isFresh);
}

/** Goes through a journal, part after part. */
class Counts {
  readonly #desk: JournalDesk;
  readonly #damaged: Neighbours;
  readonly #signal: AbortSignal;

  constructor(desk: JournalDesk, damaged: Neighbours, signal: AbortSignal) {
    this.#desk = desk;
    this.#damaged = damaged;
    this.#signal = signal;
  }

  /** Letters behind each cursor: counted between one cursor and the next, for all at once. */
  async waits(subject: 'telegrams' | 'numbers'): Promise<{ endpoints: Waits[]; telegrams: number }> {
    const { head, endpoints } = await this.#desk.state();
    const found = new Map(endpoints.map(({ name }) => [name, 0]));
    let telegrams = 0;
    for (const [after, upTo] of stretches(endpoints, head)) {
      const kept = await this.of(subject, after, upTo);
      telegrams += total(kept);
      for (const { name, acked, source } of endpoints.filter((endpoint) => endpoint.acked <= after))
        found.set(name, (found.get(name) ?? 0) + (acked < upTo ? total(kept, source) : 0));
    }
    return { endpoints: endpoints.map((one) => this.#toWaits(one, found.get(one.name) ?? 0)), telegrams };
  }

  async of(subject: Subject, from: number, upTo: number): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (let after = from; after < upTo;) {
      this.#signal.throwIfAborted();
      const part = await this.#desk.survey({ subject, after, upTo });
      kept.push(...part.kept);
      part.damaged.forEach((one) => this.#damaged.add(one));
      after = part.upTo;
    }
    return kept;
  }

  #toWaits({ name, waiting, oldestAt, aside }: EndpointState, found: number): Waits {
    const isFresh = this.#desk.isLive && oldestAt !== undefined && Date.now() - oldestAt < FRESH_MS;
    return { name, waiting, found, oldestAt, aside, isFresh };
  }
}

/** From the beginning to the newest letter, cut at each cursor. */
function stretches(endpoints: readonly EndpointState[], head: number): [after: number, upTo: number][] {
  const cuts = endpoints.map(({ acked }) => acked).filter((acked) => acked > 0 && acked < head);
  const places = [0, ...new Set(cuts.sort((one, other) => one - other)), head];
  return places.slice(1).map((upTo, index) => [places[index] ?? 0, upTo]);
}

/** Of one source, or of all. */
function total(kept: readonly Kept[], source?: string): number {
  const counted = kept.filter((one) => source === undefined || one.source === source);
  return counted.reduce((sum, { count }) => sum + count, 0);
}

/** Damage of neighbours is told as one. */
export class Neighbours {
  readonly all: Damage[] = [];

  add(one: Damage): void {
    const before = this.all.at(-1);
    const isNext = before?.subject === one.subject && before.what === one.what && before.last + 1 === one.first;
    if (isNext) this.all[this.all.length - 1] = { ...before, last: one.last, to: one.to };
    else this.all.push(one);
  }
}
