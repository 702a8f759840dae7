import type { Proof } from '../journal/cursors.ts';
import { isWhole, type DamagedLetter, type Letter } from '../journal/letter.ts';
import type { LaneParts } from './lane.ts';
import type { DeadBy } from './measures.ts';
import { isWanted } from './wanted.ts';

/** The letters that are due: whether they go at all, and the note of what became of each. */
export class Due {
  readonly #parts: LaneParts;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Asked once a letter, in their order. */
  async wants(letter: Letter): Promise<boolean> {
    const { books, endpoint, journal, thinning } = this.#parts;
    if (endpoint.takes?.(letter.telegram) === false) return false;
    // What came before the endpoint was there was not for it.
    return books.hasBegun ? isWanted(letter, thinning, journal) : thinning.wants(letter.telegram);
  }

  taken({ seq }: Letter, proof: Proof): void {
    const { books, journal, name } = this.#parts;
    journal.pass({ endpoint: name, seq, how: 'delivered', proof });
    books.went(seq, 'delivered');
    books.sure({ how: 'taken', proof });
  }

  pass({ seq }: Letter, how: 'thinned' | 'possiblyLost'): void {
    this.#parts.journal.pass({ endpoint: this.#parts.name, seq, how });
    this.#parts.books.went(seq, how);
  }

  /** Resolves once it is a dead letter. */
  async bury(letter: Letter | DamagedLetter, reason: string, by: DeadBy): Promise<void> {
    const { books, insist, journal, name, refused } = this.#parts;
    const isBuried = await insist(() => journal.bury(name, letter, reason).then(() => true));
    if (isBuried !== true) return;
    refused(reason, by);
    books.went(letter.seq, 'refused');
  }

  /** What can be sent of it; buried where nothing can. */
  async whole(letter: Letter | DamagedLetter): Promise<Letter | undefined> {
    if (isWhole(letter)) return letter;
    await this.bury(letter, 'its row in the journal is damaged', 'damaged');
    return undefined;
  }
}
