import type { DamagedLetter, Letter } from '../../journal/letter.ts';
import { Due } from '../due.ts';
import type { Lane, LaneParts, Work } from '../lane.ts';
import { ReadAhead } from '../read-ahead.ts';
import type { Aside } from './aside.ts';

/** The letters that wait, oldest first, live ones behind all others. */
export class Backlog implements Lane {
  readonly name = 'backlog';
  readonly #parts: LaneParts;
  readonly #due: Due;
  readonly #aside: Aside;
  readonly #ahead: ReadAhead;

  constructor(parts: LaneParts, aside: Aside) {
    const { journal, source } = parts;
    this.#parts = parts;
    this.#due = new Due(parts);
    this.#aside = aside;
    this.#ahead = new ReadAhead((after, limit) => journal.read(after, limit, source));
  }

  async next(): Promise<readonly Work[]> {
    const letters = await this.#ahead.next(this.#parts.books.position);
    return letters.map((letter) => () => this.#handle(letter));
  }

  async #handle(read: Letter | DamagedLetter): Promise<void> {
    const letter = await this.#due.whole(read);
    if (letter === undefined) return;
    if (await this.#due.wants(letter)) await this.#deliver(letter);
    else this.#due.pass(letter, 'thinned');
  }

  async #deliver(letter: Letter): Promise<void> {
    const { delivery, pace, rate } = this.#parts;
    const outcome = await delivery.deliver(letter, this.name);
    if (outcome.how === 'taken') {
      this.#due.taken(letter, outcome.proof);
      await this.#aside.condemn();
    } else if (outcome.how === 'left') this.#due.pass(letter, 'possiblyLost');
    else if (outcome.how === 'unreadable') await this.#aside.add(letter, outcome.error);
    else await this.#due.bury(letter, outcome.error.message, 'refused');
    await pace(rate, letter);
  }
}
