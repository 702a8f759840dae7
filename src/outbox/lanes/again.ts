import type { KeptDeadLetter } from '../../journal/dead-letters.ts';
import { letterOf, reasonOf, takenAfterAll } from '../dead-letter.ts';
import type { Lane, LaneParts, Work } from '../lane.ts';
import { READ_AT_ONCE } from '../read-ahead.ts';

/** Dead letters that somebody wants sent again. */
export class Again implements Lane {
  readonly name = 'again';
  readonly #parts: LaneParts;
  /** How often somebody asked for it, and up to which of these all went. */
  #asked: number;
  #done = 0;

  constructor(parts: LaneParts, hasDead: boolean) {
    this.#parts = parts;
    this.#asked = hasDead ? 1 : 0;
  }

  /** More were marked to be sent again. */
  ask(): void {
    this.#asked += 1;
  }

  async next(): Promise<readonly Work[]> {
    const asked = this.#asked;
    if (asked === this.#done) return [];
    const dead = await this.#parts.journal.deadToRetry(this.#parts.name, READ_AT_ONCE);
    if (dead.length === 0) this.#done = asked;
    return dead.map((one) => () => this.#handle(one));
  }

  async #handle(dead: KeptDeadLetter): Promise<void> {
    const { delivery, insist, journal, pace, rate } = this.#parts;
    const letter = letterOf(dead);
    if (letter === undefined) return insist(() => journal.deadRefusedAgain(dead.id, dead.reason));
    const outcome = await delivery.deliver(letter, this.name);
    if (outcome.how === 'taken') await takenAfterAll(this.#parts, dead, outcome);
    else await insist(() => journal.deadRefusedAgain(dead.id, reasonOf(outcome)));
    await pace(rate, letter);
  }
}
