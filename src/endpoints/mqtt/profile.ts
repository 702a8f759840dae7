import type { Letter } from '../../journal/letter.ts';
import type { Message } from './link.ts';
import type { Publication } from './publication.ts';

/** What is said at a broker of the meters, in the way that a kind of program wants it. It does not know how it gets there. */
export interface Profile {
  /** What the broker says in our place once we are gone without a word; undefined: nothing. */
  readonly will: Publication | undefined;
  /** What the broker keeps there is to be heard before anything is said. */
  readonly looksAt: readonly string[];
  /** What is to be heard for as long as the connection is there. */
  readonly listensTo: readonly string[];
  /** Something that does not fit, with its remedy; undefined where all is well. */
  readonly odd: string | undefined;
  /** What others who may publish there are asked, once what is kept was heard; undefined: nothing, or they have answered. */
  readonly question?: Publication | undefined;
  /** A connection is there, and nothing of what its broker keeps was heard yet. */
  connected(): void;
  /** Something that was to be heard. */
  hear(message: Message): void;
  /**
   * What is said first, once the broker was heard. @param letters the newest of each meter. @param nowMs of a clock that is
   * never set. @throws {Paused} where nothing may be said there.
   */
  begin(letters: readonly Letter[], nowMs: number): Publication[];
  /** What is said of the newest telegram of a meter: nothing, as long as it is not due. */
  take(letter: Letter, nowMs: number): Publication[];
  /** What is due without a telegram. Asked once a second. */
  look(nowMs: number): Publication[];
  /** What is said of each telegram where all are delivered in order. */
  each(letter: Letter): Publication[];
  /** Not all of what was said of each is at the broker: the letters come again. */
  untaken?(): void;
  /** The last words. */
  leave(): Publication[];
}
