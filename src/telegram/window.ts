import { Copies } from './copies.ts';

/** The stretch of a stream that is in hand, in one buffer of fixed size. A byte is named by its place in the stream. */
export class Window {
  /** Place of the oldest byte that is still needed. */
  begin = 0;
  /** Place behind the newest byte. */
  end = 0;
  readonly #bytes: Buffer;
  /** The same four at a time. */
  readonly #words: Int32Array;
  /** Place of the buffer's first byte. */
  #base = 0;
  readonly #copies = new Copies();

  constructor(size: number) {
    this.#words = new Int32Array(size / 4);
    this.#bytes = Buffer.from(this.#words.buffer);
  }

  /** Takes what fits of `chunk` from `from` on; returns how many bytes that was. */
  append(chunk: Uint8Array, from: number): number {
    const wanted = chunk.length - from;
    if (wanted > this.#room) this.#makeRoom();
    const count = Math.min(wanted, this.#room);
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

  copy(from: number, to: number): Buffer {
    return this.#copies.of(this.#bytes, from - this.#base, to - this.#base);
  }

  get isEmpty(): boolean {
    return this.end === this.begin;
  }

  get isFull(): boolean {
    return this.end - this.begin === this.#bytes.length;
  }

  get #room(): number {
    return this.#bytes.length - (this.end - this.#base);
  }

  #makeRoom(): void {
    this.#bytes.copyWithin(0, this.begin - this.#base, this.end - this.#base);
    this.#base = this.begin;
  }
}

/** Of each byte of a word. */
const EACH_BYTE = 0x01010101;
const SEVEN_BITS = 0x7f7f7f7f;
const TOP_BITS = 0x80808080 | 0;
