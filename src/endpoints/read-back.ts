import type { Letter } from '../journal/letter.ts';
import { type Fate, LOOK_BACK, Paused, Refused } from '../outbox/endpoint.ts';
import type { Telegram } from '../telegram/telegram.ts';
import type { DsmrReading } from './dsmr-fields.ts';
import type { DsmrServer } from './dsmr-server.ts';
import { type Mark, markOfFields, sameMark } from './mark.ts';

/** Asks a server whether it has a letter, as {@link Endpoint.wasTaken} says. */
export type ReadBack = (letter: Letter, before: readonly Letter[], signal: AbortSignal) => Promise<Fate>;

/**
 * DSMR-reader stores what is posted twice as two readings, and names none of them in its answer in a way that a lost
 * answer would not lose. So its list is searched for readings with the letter's mark: the n-th letter with a mark is
 * there once n readings are. `markOf` says which mark a telegram has there.
 */
export function openReadBack(server: DsmrServer, markOf: (telegram: Telegram) => Mark | undefined): ReadBack {
  const marked = remembering(markOf);
  return async (letter, before, signal) => {
    const mark = marked(letter);
    const nth = mark && placeAmong(before.map(marked), mark);
    if (mark === undefined || nth === undefined) return 'unknown';
    const listed = await server.readingsAt(mark.ms, signal).then(listingOf, cannotBeAsked);
    if (listed === undefined) return 'unknown';
    const found = listed.marks.filter((other) => sameMark(other, mark)).length;
    if (found >= nth) return 'taken';
    return listed.whole ? 'absent' : 'unknown';
  };
}

/**
 * Which one of the letters with this mark it is, from 1. Undefined where a mark tells nothing: of a clock that went back,
 * the list may have a reading from its first time; of one that stands, letters further back may look alike.
 */
function placeAmong(before: readonly (Mark | undefined)[], mark: Mark): number | undefined {
  const marks = before.filter((other) => other !== undefined);
  if (marks.some(({ ms }) => ms > mark.ms)) return undefined;
  const alike = marks.filter((other) => sameMark(other, mark)).length;
  return alike < LOOK_BACK ? alike + 1 : undefined;
}

/** A server that is no DSMR-reader, or lets nobody ask: that says nothing about the letter. */
function cannotBeAsked(error: unknown): undefined {
  if (error instanceof Paused || error instanceof Refused) return undefined;
  throw error;
}

interface Listing {
  readonly marks: readonly Mark[];
  /** False where there are more readings than were listed. */
  readonly whole: boolean;
}

/** Undefined where it is no list of readings. */
function listingOf(body: string): Listing | undefined {
  const page = parsed(body) as { count?: unknown; results?: unknown } | null | undefined;
  if (typeof page?.count !== 'number' || !Array.isArray(page.results)) return undefined;
  const marks = page.results
    .map((row) => markOfFields(Object(row) as DsmrReading))
    .filter((mark) => mark !== undefined);
  return marks.length < page.results.length ? undefined : { marks, whole: page.count <= marks.length };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Letters that are verified one after the other have most of those before them in common. */
function remembering(markOf: (telegram: Telegram) => Mark | undefined): (letter: Letter) => Mark | undefined {
  const known = new Map<number, Mark | undefined>();
  return ({ seq, telegram }) => {
    if (known.has(seq)) return known.get(seq);
    if (known.size >= 2 * LOOK_BACK) known.clear();
    const mark = markOf(telegram);
    known.set(seq, mark);
    return mark;
  };
}
