import { isWhole, type DamagedLetter, type Letter } from '../../journal/letter.ts';
import type { Passed } from '../../journal/cursors.ts';
import type { ReplayState } from '../../journal/replays.ts';
import { takenAfterAll, type Taken } from '../dead-letter.ts';
import { Paused, type Unreadable } from '../endpoint.ts';
import type { Lane, LaneParts, Work } from '../lane.ts';
import { ReadAhead } from '../read-ahead.ts';
import type { Thinning } from '../thinning.ts';
import { isWanted } from '../wanted.ts';

export interface ReplayOptions {
  /** Which of its telegrams a replay with an interval sends. */
  readonly thinningOf: (intervalMs: number) => Thinning;
  readonly ended: (state: ReplayState) => void;
}

/** So many in a row that could not be read: the far side is to blame, not the letters. */
const MOST_UNREADABLE = 20;

/**
 * A kept period that somebody wants sent once more: before all that waits, since a server that gets an older telegram
 * behind a newer one counts it wrong. What the server has already is not sent.
 */
export class Replay implements Lane {
  readonly name = 'replay';
  readonly #parts: LaneParts;
  readonly #options: ReplayOptions;
  readonly #ahead: ReadAhead;
  /** Somebody began or ended one: what is known of it has to be read. */
  #isStale = true;
  #plan: ReplayState | undefined;
  #thinning: Thinning | undefined;
  /** The newest letter that was handled. */
  #position = 0;
  /** What is not noted yet: letters that could not be read, and those behind them that were left out. */
  #held: Passed[] = [];
  #unreadable = 0;

  constructor(parts: LaneParts, options: ReplayOptions) {
    const { journal, source } = parts;
    this.#parts = parts;
    this.#options = options;
    this.#ahead = new ReadAhead((after, limit) => journal.read(after, limit, source));
  }

  /** One was begun, or ended, from outside. */
  changed(): void {
    this.#isStale = true;
    this.#plan = undefined;
  }

  async next(): Promise<readonly Work[]> {
    if (this.#isStale) await this.#load();
    const plan = this.#plan;
    if (plan === undefined) return [];
    const letters = await this.#ahead.next(this.#position);
    const ofPeriod = letters.filter(({ seq }) => seq <= plan.last);
    if (ofPeriod.length === 0) await this.#end();
    return ofPeriod.map((letter) => () => this.#handle(letter, plan));
  }

  /** @throws what the journal throws: it has to be read all the same then. */
  async #load(): Promise<void> {
    this.#isStale = false;
    try {
      this.#plan = await this.#parts.journal.replay(this.#parts.name);
    } catch (error) {
      this.#isStale = true;
      throw error;
    }
    this.#position = this.#plan?.position ?? 0;
    this.#held = [];
    this.#unreadable = 0;
    this.#thinning = this.#options.thinningOf(this.#plan?.intervalMs ?? 0);
  }

  async #end(): Promise<void> {
    this.#noteHeld();
    const { insist, journal, name } = this.#parts;
    const ended = await insist(() => journal.endReplay(name));
    this.#plan = undefined;
    if (ended !== undefined) this.#options.ended(ended);
  }

  async #handle(letter: Letter | DamagedLetter, plan: ReplayState): Promise<void> {
    // Ended from outside, or gone back to letters that could not be read.
    if (plan !== this.#plan || letter.seq <= this.#position) return;
    if (!isWhole(letter)) this.#hold(letter, 'buried');
    else if (!(await this.#wants(letter, plan))) this.#hold(letter, 'thinned');
    else await this.#deliver(letter, plan);
  }

  async #wants(letter: Letter, { sent, found, thinned, refused }: ReplayState): Promise<boolean> {
    const { endpoint, journal } = this.#parts;
    if (endpoint.takes?.(letter.telegram) === false) return false;
    if (this.#thinning === undefined) return true;
    const hasBegun = sent + found + thinned + refused > 0;
    return hasBegun ? isWanted(letter, this.#thinning, journal) : this.#thinning.wants(letter.telegram);
  }

  async #deliver(letter: Letter, { rate }: ReplayState): Promise<void> {
    const { delivery, pace } = this.#parts;
    const fate = await delivery.isThere(letter, this.name);
    if (fate === 'taken') return this.#taken(letter, { how: 'taken', proof: 'found' });
    if (fate === 'unknown') await this.#parts.mayComeTwice();
    const outcome = await delivery.deliver(letter, this.name);
    if (outcome.how === 'taken') await this.#taken(letter, outcome);
    else if (outcome.how === 'unreadable') await this.#keepUnread(letter, outcome.error);
    else this.#hold(letter, 'buried');
    await pace(rate, letter);
  }

  /** Where none can be read, the server is mis-set: they are sent again from the first on when it is asked next. */
  async #keepUnread(letter: Letter, { message, remedy }: Unreadable): Promise<void> {
    this.#unreadable += 1;
    this.#hold(letter, 'buried');
    if (this.#unreadable < MOST_UNREADABLE) return;
    const reason = `it could not read ${MOST_UNREADABLE} telegrams of a replay one after the other: ${message}`;
    await this.#parts.delivery.pause(new Paused(reason, remedy));
    this.changed();
  }

  /** Handled, and noted once the far side is known to read others; at once where that is in no doubt. */
  #hold({ seq }: { readonly seq: number }, how: 'buried' | 'thinned'): void {
    this.#position = seq;
    this.#held.push({ endpoint: this.#parts.name, lane: 'replay', seq, how });
    if (this.#unreadable === 0) this.#noteHeld();
  }

  async #taken({ seq }: Letter, outcome: Taken): Promise<void> {
    const { journal, name } = this.#parts;
    await this.#revive(seq, outcome);
    this.#noteHeld();
    this.#position = seq;
    journal.pass({ endpoint: name, lane: 'replay', seq, how: 'delivered', proof: outcome.proof });
  }

  /** Where it lay with the dead letters it would go once more when these are sent again. */
  async #revive(seq: number, outcome: Taken): Promise<void> {
    const { books, insist, journal, name } = this.#parts;
    if (books.counts.refused === 0) return;
    const dead = await insist(() => journal.deadOf(name, seq));
    if (dead === undefined) return;
    await takenAfterAll(this.#parts, dead, outcome);
    if (dead.aside) books.counts.aside -= 1;
  }

  #noteHeld(): void {
    for (const passed of this.#held) this.#parts.journal.pass(passed);
    this.#held = [];
    this.#unreadable = 0;
  }
}
