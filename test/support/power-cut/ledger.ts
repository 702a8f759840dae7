import type { Found } from './found.ts';
import type { Mark } from './marks.ts';

type Letters = readonly (readonly [seq: number, n: number])[];

/** What a commit put into the journal. */
interface Commit {
  readonly atMs: number;
  readonly letters: Letters;
  readonly acked: Mark['acked'];
}

const NONE: Mark['acked'] = {};
/** Steps that are on the card when they return, and all before them. */
const ON_THE_CARD: readonly Mark['step'][] = ['keep', 'bury', 'dropDead', 'close'];

/**
 * What a journal owes behind a power cut, from what its program said before it: by the promise that no commit stays in
 * the page cache for longer than the interval, by the syncs that the -wal has seen, and by the steps that are on the
 * card when they return.
 */
export class Ledger {
  /** Telegrams by sequence number: what must be there… */
  readonly durable = new Map<number, number>();
  /** …and what may be. */
  readonly committed = new Map<number, number>();
  /** Letters from here on were not let go. */
  keptFrom = 0;
  /** The bounds of each cursor, by endpoint. */
  readonly leastAcked = new Map<string, number>();
  readonly mostAcked = new Map<string, number>();
  readonly deadForSure = new Set<string>();
  readonly deadPerhaps = new Set<string>();
  /** The highest that were ever handed out. */
  highestSeq = 0;
  highestNumber = 0;
  /** How many telegrams were accepted since it was begun. */
  accepted = 0;
  readonly #syncIntervalMs: number;
  #unsynced: Commit[] = [];

  constructor(syncIntervalMs: number) {
    this.#syncIntervalMs = syncIntervalMs;
  }

  /** The ledger of a program that begins with what was found behind the last cut. */
  next(found: Found, syncIntervalMs: number): Ledger {
    const next = new Ledger(syncIntervalMs);
    next.highestSeq = this.highestSeq;
    next.highestNumber = this.highestNumber;
    const acked = Object.fromEntries(found.cursors.map((cursor) => [cursor.name, cursor.acked]));
    next.#reach(acked);
    next.#commit({ atMs: 0, letters: found.rows.map(({ seq, n }) => [seq, n ?? NaN]), acked });
    next.walIsSynced();
    for (const { name } of found.dead) next.#bury(name);
    return next;
  }

  mark(mark: Mark): void {
    this.#reach(mark.acked);
    if (mark.when === 'begins') this.#begin(mark);
    else this.#return(mark);
  }

  /** Nothing that a commit wrote is in the page cache alone. */
  walIsSynced(): void {
    this.#makeDurable(this.#unsynced);
    this.#unsynced = [];
  }

  #begin({ step, numbers = [], dead = '', keptFrom = 0 }: Mark): void {
    this.highestNumber = Math.max(this.highestNumber, ...numbers);
    this.keptFrom = Math.max(this.keptFrom, keptFrom);
    if (step === 'bury') this.deadPerhaps.add(dead);
    if (step === 'dropDead') this.deadForSure.delete(dead);
  }

  #return({ step, nowMs, acked, numbers = [], seqs = [], dead = '', keptFrom }: Mark): void {
    this.highestSeq = Math.max(this.highestSeq, ...seqs);
    this.accepted += seqs.length;
    if (step !== 'sync' && step !== 'open') this.#commit({ atMs: nowMs, letters: pairs(seqs, numbers), acked });
    if (step === 'append' || step === 'sync') this.#intervalEnds(nowMs);
    if (step === 'bury') this.#bury(dead);
    if (step === 'dropDead') this.deadPerhaps.delete(dead);
    if (step === 'tidy') this.keptFrom = keptFrom ?? 0;
    if (ON_THE_CARD.includes(step)) this.walIsSynced();
  }

  #commit(commit: Commit): void {
    for (const [seq, n] of commit.letters) this.committed.set(seq, n);
    this.#unsynced.push(commit);
  }

  #intervalEnds(nowMs: number): void {
    const isDue = ({ atMs }: Commit): boolean => nowMs - atMs >= this.#syncIntervalMs;
    this.#makeDurable(this.#unsynced.filter(isDue));
    this.#unsynced = this.#unsynced.filter((commit) => !isDue(commit));
  }

  #makeDurable(commits: readonly Commit[]): void {
    for (const [seq, n] of commits.flatMap(({ letters }) => letters)) this.durable.set(seq, n);
    for (const [name, acked] of Object.entries(commits.at(-1)?.acked ?? NONE)) this.leastAcked.set(name, acked);
  }

  #reach(acked: Mark['acked']): void {
    for (const [name, seq] of Object.entries(acked)) this.mostAcked.set(name, seq);
  }

  #bury(name: string): void {
    this.deadForSure.add(name);
    this.deadPerhaps.add(name);
  }
}

const pairs = (seqs: readonly number[], numbers: readonly number[]): Letters =>
  seqs.map((seq, index) => [seq, numbers[index] ?? NaN]);
