import type { KeptDeadLetter } from '../../journal/dead-letters.ts';
import type { Letter } from '../../journal/letter.ts';
import { letterOf, reasonOf, takenAfterAll, type Taken } from '../dead-letter.ts';
import { Paused, type Unreadable } from '../endpoint.ts';
import type { Lane, LaneParts, Work } from '../lane.ts';
import type { DeadBy } from '../measures.ts';

/** So many letters that it could not read, and none that it took: the far side is to blame, not the letters. */
const MOST_ASIDE = 20;

/** Once through the letters that are set aside. */
interface Round {
  /** The far side was found to read again in the midst of the first: those before that get another chance. */
  readonly isSecond: boolean;
  hasFailed: boolean;
  /** A second round is due. */
  isDue: boolean;
}

/**
 * Letters that the far side could not read. They are dead once it takes a letter behind them; while it takes none they
 * are kept, the endpoint is paused, and they are the first to go when it is tried again.
 */
export class Aside implements Lane {
  readonly name = 'aside';
  readonly #parts: LaneParts;
  #newest: Unreadable | undefined;
  /** The last process may have ended in the midst of a round. */
  #isInherited: boolean;
  #round: Round = { isSecond: false, hasFailed: false, isDue: false };

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#isInherited = parts.books.counts.aside > 0;
  }

  /** True while no other letter may go. */
  get isBlocking(): boolean {
    return this.#parts.books.counts.aside >= MOST_ASIDE;
  }

  /** Sets a letter aside; resolves once that is on the card. */
  async add(letter: Letter, error: Unreadable): Promise<void> {
    const { books, insist, journal, name } = this.#parts;
    const isAside = await insist(() => journal.bury(name, letter, error.message, true).then(() => true));
    if (isAside !== true) return;
    this.#newest = error;
    books.counts.aside += 1;
    books.went(letter.seq, 'refused');
  }

  /** A letter was taken: those set aside before it (up to this one) are to blame themselves. */
  async condemn(upToId?: number): Promise<void> {
    const { books, insist, journal, name, refused } = this.#parts;
    if (books.counts.aside === 0) return;
    const condemned = (await insist(() => journal.condemn(name, upToId))) ?? 0;
    books.counts.aside -= condemned;
    const reason = this.#newest?.message ?? 'the server could not read it';
    for (let told = 0; told < condemned; told++) refused(reason, 'unreadable');
  }

  async next(): Promise<readonly Work[]> {
    const letters = await this.#nextRound();
    return letters.map((one) => () => this.#handle(one));
  }

  /** A round stays due until the journal has answered. */
  async #nextRound(): Promise<readonly KeptDeadLetter[]> {
    const { books, journal, name } = this.#parts;
    const { isDue: isSecond } = this.#round;
    const isBlocking = this.isBlocking && !isSecond;
    if (isBlocking) await this.#begin();
    const letters = isBlocking || isSecond || this.#isInherited ? await journal.aside(name, books.counts.aside) : [];
    this.#round = { isSecond, hasFailed: false, isDue: false };
    this.#isInherited = false;
    return letters.filter(({ retry }) => retry);
  }

  /** From here on they go first: where the process ends in the midst of them, those left are not to blame for it. */
  async #begin(): Promise<void> {
    const { delivery, journal, name } = this.#parts;
    await journal.asideFirst(name);
    if (this.#newest !== undefined) await delivery.pause(pausedBy(this.#newest));
  }

  async #handle(dead: KeptDeadLetter): Promise<void> {
    const { delivery, pace, rate } = this.#parts;
    const letter = letterOf(dead);
    if (letter === undefined) return this.#die(dead, dead.reason, 'damaged');
    const outcome = await delivery.deliver(letter, this.name);
    if (outcome.how === 'taken') await this.#taken(dead, outcome);
    else if (outcome.how === 'unreadable') this.#failed(outcome.error);
    else await this.#die(dead, reasonOf(outcome), 'refused');
    await pace(rate, letter);
  }

  async #taken(dead: KeptDeadLetter, outcome: Taken): Promise<void> {
    await takenAfterAll(this.#parts, dead, outcome);
    this.#parts.books.counts.aside -= 1;
    if (this.#round.hasFailed && !this.#round.isSecond) this.#round.isDue = true;
    else await this.condemn(dead.id);
  }

  #failed(error: Unreadable): void {
    this.#newest = error;
    this.#round.hasFailed = true;
  }

  async #die({ id }: KeptDeadLetter, reason: string, by: DeadBy): Promise<void> {
    const { books, insist, journal, refused } = this.#parts;
    await insist(() => journal.deadRefusedAgain(id, reason));
    books.counts.aside -= 1;
    refused(reason, by);
  }
}

function pausedBy({ message, remedy }: Unreadable): Paused {
  return new Paused(`it could not read ${MOST_ASIDE} telegrams one after the other: ${message}`, remedy);
}
