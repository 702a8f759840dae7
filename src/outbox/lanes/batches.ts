import { isWhole, type DamagedLetter, type Letter } from '../../journal/letter.ts';
import { Due } from '../due.ts';
import type { Batch } from '../endpoint.ts';
import type { Lane, LaneParts, Work } from '../lane.ts';
import { READ_AT_ONCE, ReadAhead, type Letters } from '../read-ahead.ts';

/** What became of a letter in a batch: taken, or refused for this reason. */
type Fate = 'taken' | Error;

/** The letters that wait, oldest first, many in one request; what has just begun to come waits for more of it. */
export class Batches implements Lane {
  readonly name = 'backlog';
  readonly #parts: LaneParts;
  readonly #batch: Batch;
  readonly #due: Due;
  readonly #ahead: ReadAhead;
  /** When what is being gathered goes, by a clock that only runs forward. */
  #goesAtMs: number | undefined;

  constructor(parts: LaneParts, batch: Batch) {
    const { journal, source } = parts;
    this.#parts = parts;
    this.#batch = batch;
    this.#due = new Due(parts);
    this.#ahead = new ReadAhead(
      (after, limit) => journal.read(after, limit, source),
      Math.max(batch.most, READ_AT_ONCE),
    );
  }

  get goneInMs(): number | undefined {
    return this.#goesAtMs === undefined ? undefined : Math.max(0, Math.round(this.#goesAtMs - performance.now()));
  }

  async next(): Promise<readonly Work[]> {
    const letters = await this.#gathered();
    const works: Work[] = [];
    for (let at = 0; at < letters.length; at += this.#batch.most) {
      const some = letters.slice(at, at + this.#batch.most);
      works.push(() => this.#handle(some));
    }
    return works;
  }

  async #gathered(): Promise<Letters> {
    const { books, rest } = this.#parts;
    const letters = await this.#ahead.next(books.position);
    const waitMs = this.#gatherMs(letters);
    if (waitMs <= 0) return letters;
    this.#goesAtMs = performance.now() + waitMs;
    await rest(waitMs);
    this.#goesAtMs = undefined;
    return this.#ahead.next(books.position);
  }

  /** Until the oldest has waited for its time, and not longer, wherever the clock was set to meanwhile. */
  #gatherMs(letters: Letters): number {
    const { most, gatherMs } = this.#batch;
    const [first] = letters;
    if (first === undefined || letters.length >= most) return 0;
    const receivedAt = isWhole(first) ? first.telegram.receivedAt : first.receivedAt;
    return Math.min(gatherMs, gatherMs - (Date.now() - receivedAt.getTime()));
  }

  async #handle(letters: readonly (Letter | DamagedLetter)[]): Promise<void> {
    const { pace, rate } = this.#parts;
    const wanted: Letter[] = [];
    for (const letter of letters) if (isWhole(letter) && (await this.#wants(letter))) wanted.push(letter);
    const fates = new Map<number, Fate>();
    await this.#send(wanted, fates);
    for (const letter of letters) await this.#note(letter, fates.get(letter.seq));
    const last = wanted.at(-1);
    if (last !== undefined) await pace(rate, last, wanted.length);
  }

  /** A journal that fails is asked for the same letter again: to ask for those before it twice would thin them. */
  async #wants(letter: Letter): Promise<boolean> {
    return (await this.#parts.insist(() => this.#due.wants(letter))) === true;
  }

  async #note(read: Letter | DamagedLetter, fate: Fate | undefined): Promise<void> {
    const letter = await this.#due.whole(read);
    if (letter === undefined) return;
    if (fate === undefined) this.#due.pass(letter, 'thinned');
    else if (fate === 'taken') this.#due.taken(letter, 'answered');
    else await this.#due.bury(letter, fate.message, 'refused');
  }

  /** Halves what is refused until each letter that is to blame stands alone. */
  async #send(letters: readonly Letter[], fates: Map<number, Fate>): Promise<void> {
    const [first, ...others] = letters;
    if (first === undefined) return;
    const outcome = await this.#parts.delivery.deliverBatch([first, ...others], this.#batch);
    if ('error' in outcome && others.length > 0) {
      const middle = Math.ceil(letters.length / 2);
      await this.#send(letters.slice(0, middle), fates);
      await this.#send(letters.slice(middle), fates);
      return;
    }
    for (const { seq } of letters) fates.set(seq, 'error' in outcome ? outcome.error : 'taken');
  }
}
