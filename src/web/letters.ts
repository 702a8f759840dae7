import { standardOffsetMinutes } from '../reading/local-time.ts';
import { meterTime } from '../reading/time.ts';
import { asBuffer } from '../journal/crossing.ts';
import type { Row } from '../journal/telegrams.ts';
import type { LetterDesk } from './office/letter-desk.ts';

/** The readings of one meter in the journal, as a list by time. */

export interface LettersAsk {
  /** Milliseconds since 1970; both ends are within. */
  readonly from: number;
  readonly to: number;
  readonly descends: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface Letters {
  readonly count: number;
  readonly rows: readonly Row[];
}

interface Place {
  readonly name: string;
  readonly timeZone: string;
}

/** Letters behind one number, up to and with another. */
interface Range {
  readonly after: number;
  readonly upTo: number;
}

/** Letters that stand out of order by no more than this are found all the same, where few are asked for. */
const MARGIN = 200;
const FEW = 2_000;
/** The journal's thread accepts telegrams: it is asked for so many at a time. */
const AT_ONCE = 250;
/** For so long letters are counted one by one, for an answer in all; beyond that their numbers are believed. */
const COUNTING_MS = 300;
/** How often a place is set right for numbers that were never used. */
const MOST_STEPS = 8;

/** For one answer: finds readings by the meter's own clock, which goes on from letter to letter, so that a few dozen looks are enough. */
export class LetterList {
  readonly #office: LetterDesk;
  readonly #source: string;
  readonly #site: { readonly standardOffset: number };
  #countingMs = COUNTING_MS;

  constructor(office: LetterDesk, { name, timeZone }: Place) {
    this.#office = office;
    this.#source = name;
    this.#site = { standardOffset: standardOffsetMinutes(timeZone) };
  }

  /** Whether there is any behind one instant and before another. */
  async hasAny(from: number, to: number): Promise<boolean> {
    const after = await this.#lastBefore(from + 1, await this.#office.head());
    const [first] = await this.#office.letters(this.#source, after, 1);
    return first !== undefined && this.#timeOf(first) < to;
  }

  async list(ask: LettersAsk): Promise<Letters> {
    const head = await this.#office.head();
    const after = ask.from === -Infinity ? 0 : await this.#lastBefore(ask.from, head);
    const upTo = ask.to === Infinity ? head : await this.#lastBefore(ask.to + 1, head);
    if (upTo - after <= FEW) return this.#few({ after, upTo }, ask);
    const count = await this.#count({ after, upTo });
    if (ask.offset >= count) return { count, rows: [] };
    const ends = { after, upTo };
    return { count, rows: ask.descends ? await this.#newestFirst(ends, ask) : await this.#oldestFirst(ends, ask) };
  }

  /** All that lie near are looked at: exact, also where a clock was set. */
  async #few({ after, upTo }: Range, { from, to, offset, limit, descends }: LettersAsk): Promise<Letters> {
    const rows = await this.#read(Math.max(0, after - MARGIN), upTo + MARGIN, Infinity);
    const found = rows.filter((row) => this.#timeOf(row) >= from && this.#timeOf(row) <= to);
    found.sort((one, other) => this.#timeOf(one) - this.#timeOf(other));
    if (descends) found.reverse();
    return { count: found.length, rows: found.slice(offset, offset + limit) };
  }

  async #oldestFirst({ after, upTo }: Range, { offset, limit }: LettersAsk): Promise<Row[]> {
    let [start, missing] = [after, offset];
    for (let step = 0; step < MOST_STEPS && missing > FEW; step++) {
      start += missing;
      missing = offset - (await this.#count({ after, upTo: start }));
    }
    return (await this.#read(start, upTo, missing + limit)).slice(missing);
  }

  async #newestFirst({ after, upTo }: Range, { offset, limit }: LettersAsk): Promise<Row[]> {
    let [end, missing] = [upTo, offset];
    for (let step = 0; step < MOST_STEPS && missing > FEW; step++) {
      end -= missing;
      missing = offset - (await this.#count({ after: end, upTo }));
    }
    return (await this.#readBack(after, end, missing + limit)).slice(missing);
  }

  /** Newest first. */
  async #readBack(after: number, upTo: number, limit: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let before = upTo + 1; rows.length < limit;) {
      const some = await this.#office.lettersBefore(this.#source, before, Math.min(AT_ONCE, limit - rows.length));
      const within = some.filter(({ seq }) => seq > after).reverse();
      rows.push(...within);
      if (within.length === 0 || within.length < some.length) break;
      before = within.at(-1)?.seq ?? 0;
    }
    return rows;
  }

  async #read(after: number, upTo: number, limit: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (let behind = after; behind < upTo && rows.length < limit;) {
      const some = await this.#office.letters(this.#source, behind, Math.min(AT_ONCE, limit - rows.length));
      const within = some.filter(({ seq }) => seq <= upTo);
      rows.push(...within);
      if (within.length === 0 || within.length < some.length) break;
      behind = within.at(-1)?.seq ?? upTo;
    }
    return rows;
  }

  /** The number of the last letter that is older. */
  async #lastBefore(time: number, head: number): Promise<number> {
    let before = 0;
    let behind = head;
    while (behind - before > 0) {
      const middle = Math.floor((before + behind) / 2);
      const [letter] = await this.#office.letters(this.#source, middle, 1);
      if (letter !== undefined && letter.seq <= behind && this.#timeOf(letter) < time) before = letter.seq;
      else behind = middle;
    }
    return before;
  }

  async #count({ after, upTo }: Range): Promise<number> {
    const beganMs = performance.now();
    const spentMs = (): number => performance.now() - beganMs;
    let [count, reached] = [0, after];
    while (reached < upTo && spentMs() < this.#countingMs) {
      const counted = await this.#office.count(this.#source, reached, upTo);
      count += counted.count;
      reached = Math.max(reached + 1, counted.upTo);
    }
    this.#countingMs -= spentMs();
    return count + Math.max(0, upTo - reached);
  }

  #timeOf({ raw, at }: Row): number {
    return (raw && meterTime(asBuffer(raw), this.#site)?.getTime()) ?? at;
  }
}
