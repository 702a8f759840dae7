/** Bytes of memory that are asked for at a time: some 60 telegrams. They are given back when the last of these is let go. */
const PIECE = 65_536;

/**
 * The stretch of a stream that is in hand, of a bounded size. A byte is named by its place in the stream. Bytes lie in pieces
 * of memory that are filled once: what is cut out stays as it is, and need not be copied.
 */
export class Window {
  /** Place of the oldest byte that is still needed. */
  begin = 0;
  /** Place behind the newest byte. */
  end = 0;
  readonly #size: number;
  #bytes = Buffer.alloc(0);
  /** The same four at a time. */
  #words = new Int32Array(0);
  /** Place of the piece's first byte. */
  #base = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes what fits of `chunk` from `from` on; returns how many bytes that was. */
  append(chunk: Uint8Array, from: number): number {
    const count = Math.min(chunk.length - from, this.#size - (this.end - this.begin));
    if (this.end + count - this.#base > this.#bytes.length) this.#beginPiece();
    this.#bytes.set(count === chunk.length ? chunk : chunk.subarray(from, from + count), this.end - this.#base);
    this.end += count;
    return count;
  }

  /** Goes on behind `count` bytes of the stream that nobody needs here. Nothing may be in hand. */
  skip(count: number): void {
    this.end += count;
    this.begin = this.end;
  }

  /** The byte at `place`, which must be in hand. */
  byteAt(place: number): number {
    return this.#bytes[place - this.#base] as number;
  }

  /** Place of the first byte from `from` on that, its top bit aside, is one of two; `end` where there is none. */
  find(from: number, one: number, other: number): number {
    const bytes = this.#bytes;
    const end = this.end - this.#base;
    for (let at = from - this.#base; at < end; at++) {
      if (at % 4 === 0) at = this.#skipWords(at, end, one, other);
      const text = (bytes[at] as number) & 0x7f;
      if (at < end && (text === one || text === other)) return at + this.#base;
    }
    return this.end;
  }

  /** The first word from `from` on that holds one of two bytes, their top bits aside; else the last, which is not whole. */
  #skipWords(from: number, end: number, one: number, other: number): number {
    const words = this.#words;
    const ones = one * EACH_BYTE;
    const others = other * EACH_BYTE;
    const last = end >> 2;
    for (let at = from >> 2; at < last; at++) {
      const text = (words[at] as number) & SEVEN_BITS;
      // 127 added to what differs, which is not zero, sets the top bit.
      const differs = ((text ^ ones) + SEVEN_BITS) & ((text ^ others) + SEVEN_BITS) & TOP_BITS;
      if (differs !== TOP_BITS) return at << 2;
    }
    return last << 2;
  }

  /** The bytes from `from` up to `to`, which must be in hand. */
  cut(from: number, to: number): Buffer {
    return this.#bytes.subarray(from - this.#base, to - this.#base);
  }

  get isEmpty(): boolean {
    return this.end === this.begin;
  }

  get isFull(): boolean {
    return this.end - this.begin === this.#size;
  }

  /** What is in hand goes on in another piece. */
  #beginPiece(): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(PIECE, 2 * this.#size));
    if (this.begin < this.end) bytes.set(this.cut(this.begin, this.end));
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer);
    this.#base = this.begin;
  }
}

/** Of each byte of a word. */
const EACH_BYTE = 0x01010101;
const SEVEN_BITS = 0x7f7f7f7f;
const TOP_BITS = 0x80808080 | 0;
