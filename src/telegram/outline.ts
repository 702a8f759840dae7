import {
  CARRIAGE_RETURN,
  CLOSING_BRACKET,
  isGap,
  isHexDigit,
  isLetter,
  isLineEnd,
  isPrintable,
  isSlash,
  LINE_FEED,
  MARK,
  NUL,
  opensLine,
  SLASH,
  SLASH_WITH_PARITY,
} from './characters.ts';
import type { Window } from './window.ts';

/** `open`: more bytes are wanted. `whole`: a `/`, a header line, a `!`. `cut`: it will get no `!`. */
export type Outcome = 'open' | 'whole' | 'cut';

/** Where a telegram may begin, and when that byte came. */
export interface Start {
  readonly place: number;
  readonly atMs: number;
}

/**
 * Finds the outline of the next telegram in a window: its `/`, the header line, the `!` behind its objects, the digits
 * of its checksum. It looks at each byte once, and leaves to others whether the checksum fits.
 */
export class Outline {
  /** Its `/`, and each later one: if the first belongs to a head that was cut off, a later one is the real beginning. */
  starts: Start[] = [];
  /** Place behind it, once it is whole or cut. */
  end = 0;
  /** Whether it may be the rest of a telegram that was under way when the stream began. */
  isRest = false;
  /** Bytes passed over, but for line ends and NULs between telegrams. */
  noiseBytes = 0;

  readonly #window: Window;
  #state: State = 'hunting';
  /** Place of the next byte to look at. */
  #at = 0;
  /** Place of the `!`. */
  #mark = 0;
  /** How many digits stand behind it. */
  #digits = 0;
  /** The last byte passed over. A stream's first byte begins a line. */
  #before = LINE_FEED;
  #isFirst = true;
  /** What a byte of this telegram is masked with: a 7E1 meter's carry a parity bit. */
  #mask = ALL_BITS;

  constructor(window: Window) {
    this.#window = window;
  }

  /** Reads on through the bytes in hand, the newest of which came at `atMs`. */
  read(atMs: number): Outcome {
    for (;;) {
      const step = this.#step(atMs);
      if (step !== 'on') return step;
    }
  }

  /** What it is if nothing more comes. */
  finish(): Outcome {
    if (this.#state === 'header') this.drop(this.#window.end);
    if (this.#state === 'hunting') return 'open';
    if (this.#state === 'objects') return this.#settle('cut', this.#window.end);
    return this.#settle('whole', this.#mark + 1 + this.#digits);
  }

  /** Goes on behind `place`: all before it has been dealt with. */
  restart(place: number): void {
    this.#window.begin = place;
    this.#at = place;
    this.#state = 'hunting';
    this.#isFirst = false;
  }

  /** As `restart`, for bytes that nobody will hear of. */
  drop(place: number): void {
    this.noiseBytes += place - this.#window.begin;
    this.restart(place);
  }

  /** Reads to the next thing of note. */
  #step(atMs: number): Step {
    switch (this.#state) {
      case 'hunting':
        return this.#hunt(atMs);
      case 'header':
        return this.#readHeader(atMs);
      case 'objects':
        return this.#readObjects(atMs);
      case 'digits':
        return this.#readDigits();
    }
  }

  #hunt(atMs: number): Step {
    for (; this.#at < this.#window.end; this.#at++) {
      const byte = this.#window.byteAt(this.#at);
      if (isSlash(byte)) return this.#open(atMs);
      if (!isGap(byte)) this.noiseBytes++;
      this.#before = byte;
    }
    this.#window.begin = this.#at;
    return 'open';
  }

  #open(atMs: number): Step {
    this.isRest = this.#isFirst && !opensLine(this.#before);
    this.#window.begin = this.#at;
    this.#beginAmong([{ place: this.#at++, atMs }]);
    return 'on';
  }

  #readHeader(atMs: number): Step {
    const limit = this.#window.begin + LONGEST_HEADER + 1;
    const place = this.#seekInHeader(Math.min(limit, this.#window.end));
    // No header is that long: it does not begin at its first `/`.
    if (place === undefined) return this.#at === limit ? this.#beginAmong(this.starts.slice(1)) : 'open';
    if (isLineEnd(this.#textAt(place))) return this.#endHeader(place);
    this.#noteStart(place, atMs);
    return 'on';
  }

  /** As `#seek`, for a `/` and either of the two line ends, before a place that does not depend on chunks. */
  #seekInHeader(limit: number): number | undefined {
    while (this.#at < limit) {
      const place = this.#at++;
      if (isSlash(this.#window.byteAt(place)) || isLineEnd(this.#textAt(place))) return place;
    }
    return undefined;
  }

  /** The header is the line up to `lineEnd`, from the first `/` on that makes it look like one. */
  #endHeader(lineEnd: number): Step {
    const first = this.starts.findIndex(({ place }) => this.#isHeader(place, lineEnd));
    if (first !== 0) this.#beginAmong(first < 0 ? [] : this.starts.slice(first));
    if (first >= 0) this.#state = 'objects';
    return 'on';
  }

  #isHeader(place: number, lineEnd: number): boolean {
    return lineEnd - place > SHORTEST_HEADER && isLetter(this.#window.byteAt(place + 1) & SEVEN_BITS);
  }

  /** It begins at the first of these places, and what stands before that was noise; with none, the hunt goes on. */
  #beginAmong(starts: Start[]): Step {
    const begin = starts[0]?.place ?? this.#at;
    this.noiseBytes += begin - this.#window.begin;
    this.#window.begin = begin;
    this.starts = starts;
    if (starts.length === 0) {
      this.#state = 'hunting';
      this.#before = this.#window.byteAt(begin - 1);
    } else {
      this.#state = 'header';
      this.#mask = this.#window.byteAt(begin) === SLASH_WITH_PARITY ? SEVEN_BITS : ALL_BITS;
    }
    return 'on';
  }

  #noteStart(place: number, atMs: number): void {
    if (this.starts.length === MOST_STARTS) this.starts.splice(1, 1);
    this.starts.push({ place, atMs });
  }

  #readObjects(atMs: number): Step {
    const place = this.#seek(SLASH, MARK);
    if (place === undefined) return 'open';
    if (!isSlash(this.#window.byteAt(place))) return this.#endObjects(place);
    if (this.#opensLine(place)) return this.#settle('cut', place);
    this.#noteStart(place, atMs);
    return 'on';
  }

  /** Whether a line begins at `place`; an idle line may have put NULs in front of it. */
  #opensLine(place: number): boolean {
    let before = place - 1;
    while (this.#window.byteAt(before) === NUL) before--;
    return isLineEnd(this.#textAt(before));
  }

  #endObjects(mark: number): Step {
    if (this.#textAt(mark) === MARK && this.#mayEndObjects(mark)) {
      this.#mark = mark;
      this.#state = 'digits';
    }
    return 'on';
  }

  /** A `!` ends the objects at the beginning of a line; some meters leave the line end in front of it out. */
  #mayEndObjects(mark: number): boolean {
    const before = this.#textAt(mark - 1);
    return isLineEnd(before) || before === CLOSING_BRACKET;
  }

  /** Waits for four digits, or for what shows that there are fewer; never for a line end behind the fourth. */
  #readDigits(): Step {
    this.#countDigits();
    const end = this.#mark + 1 + this.#digits;
    const lineEnd = this.#lineEndAt(end);
    if (this.#digits < MOST_DIGITS && lineEnd === 0 && this.#mayGoOn(end)) return 'open';
    if (this.#digits > 0 || lineEnd > 0 || (isLineEnd(this.#textAt(this.#mark - 1)) && !this.#hasTextAt(end)))
      return this.#settle('whole', end + lineEnd);
    this.#state = 'objects'; // a `!` in some text, or in the place of the 1 that a line began with
    return 'on';
  }

  #countDigits(): void {
    const limit = Math.min(MOST_DIGITS, this.#window.end - this.#mark - 1);
    this.#digits = 0;
    while (this.#digits < limit && isHexDigit(this.#textAt(this.#mark + 1 + this.#digits))) this.#digits++;
  }

  /** Whether the byte still to come may belong to the digits, or be the LF of a CR at `place`. */
  #mayGoOn(place: number): boolean {
    const left = this.#window.end - place;
    return left === 0 || (left === 1 && this.#textAt(place) === CARRIAGE_RETURN);
  }

  /** Whether the line goes on at `place`, and no other telegram begins there. */
  #hasTextAt(place: number): boolean {
    const text = this.#textAt(place);
    return isPrintable(text) && text !== SLASH;
  }

  /** Length of the line end that stands whole at `place`. */
  #lineEndAt(place: number): number {
    if (this.#textAt(place) === LINE_FEED) return 1;
    return this.#textAt(place) === CARRIAGE_RETURN && this.#textAt(place + 1) === LINE_FEED ? 2 : 0;
  }

  /** The character at `place`; none behind the bytes in hand. */
  #textAt(place: number): number {
    return place < this.#window.end ? this.#window.byteAt(place) & this.#mask : NO_BYTE;
  }

  /** Place of the next byte that looks like one of these, which then counts as read; undefined where none is in hand. */
  #seek(one: number, other: number): number | undefined {
    const place = this.#window.find(this.#at, one, other);
    this.#at = Math.min(place + 1, this.#window.end);
    return place < this.#window.end ? place : undefined;
  }

  #settle(outcome: Outcome, end: number): Outcome {
    this.end = end;
    return outcome;
  }
}

type Step = Outcome | 'on';
type State = 'hunting' | 'header' | 'objects' | 'digits';

const ALL_BITS = 0xff;
const SEVEN_BITS = 0x7f;
const NO_BYTE = -1;
const MOST_DIGITS = 4;
/** Bytes from `/` to its line end. `/KAM5` is the shortest seen, about 40 the longest; a noisy line's may never end. */
const SHORTEST_HEADER = 4;
const LONGEST_HEADER = 128;
/** Places that are tried as the beginning of one telegram: a bound on the work that a noisy line can make. */
const MOST_STARTS = 16;
