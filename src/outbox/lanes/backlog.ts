import { isWhole, type DamagedLetter, type Letter } from '../../journal/letter.ts';
import type { Lane, LaneParts, Work } from '../lane.ts';
import type { DeadBy } from '../measures.ts';
import { ReadAhead } from '../read-ahead.ts';
import { isWanted } from '../wanted.ts';
import type { Aside } from './aside.ts';

/** The letters that wait, oldest first, live ones behind all others. */
export class Backlog implements Lane {
  readonly name = 'backlog';
  readonly #parts: LaneParts;
  readonly #aside: Aside;
  readonly #ahead: ReadAhead;

  constructor(parts: LaneParts, aside: Aside) {
    const { journal, source } = parts;
    this.#parts = parts;
    this.#aside = aside;
    this.#ahead = new ReadAhead((after, limit) => journal.read(after, limit, source));
  }

  async next(): Promise<readonly Work[]> {
    const letters = await this.#ahead.next(this.#parts.books.position);
    return letters.map((letter) => () => this.#handle(letter));
  }

  async #handle(letter: Letter | DamagedLetter): Promise<void> {
    if (!isWhole(letter)) await this.#bury(letter, 'its row in the journal is damaged', 'damaged');
    else if (await this.#wants(letter)) await this.#deliver(letter);
    else this.#pass(letter, 'thinned');
  }

  async #wants(letter: Letter): Promise<boolean> {
    const { books, endpoint, journal, thinning } = this.#parts;
    if (endpoint.takes?.(letter.telegram) === false) return false;
    // What came before the endpoint was there was not for it.
    return books.hasBegun ? isWanted(letter, thinning, journal) : thinning.wants(letter.telegram);
  }

  async #deliver(letter: Letter): Promise<void> {
    const { books, delivery, journal, name, pace, rate } = this.#parts;
    const outcome = await delivery.deliver(letter, this.name);
    if (outcome.how === 'taken') {
      journal.pass({ endpoint: name, seq: letter.seq, how: 'delivered', proof: outcome.proof });
      books.went(letter.seq, 'delivered');
      books.sure(outcome);
      await this.#aside.condemn();
    } else if (outcome.how === 'left') this.#pass(letter, 'possiblyLost');
    else if (outcome.how === 'unreadable') await this.#aside.add(letter, outcome.error);
    else await this.#bury(letter, outcome.error.message, 'refused');
    await pace(rate, letter);
  }

  #pass({ seq }: Letter, how: 'thinned' | 'possiblyLost'): void {
    this.#parts.journal.pass({ endpoint: this.#parts.name, seq, how });
    this.#parts.books.went(seq, how);
  }

  async #bury(letter: Letter | DamagedLetter, reason: string, by: DeadBy): Promise<void> {
    const { books, insist, journal, name, refused } = this.#parts;
    const isBuried = await insist(() => journal.bury(name, letter, reason).then(() => true));
    if (isBuried !== true) return;
    refused(reason, by);
    books.went(letter.seq, 'refused');
  }
}
