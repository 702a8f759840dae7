/** The stretch of a stream that is in hand, in one buffer of fixed size. A byte is named by its place in the stream. */
export class Window {
  /** Place of the oldest byte that is still needed. */
  begin = 0;
  /** Place behind the newest byte. */
  end = 0;
  readonly #bytes: Buffer;
  /** Place of the buffer's first byte. */
  #base = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
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
      const text = (bytes[at] as number) & 0x7f;
      if (text === one || text === other) return at + this.#base;
    }
    return this.end;
  }

  copy(from: number, to: number): Buffer {
    const copy = Buffer.allocUnsafe(to - from);
    this.#bytes.copy(copy, 0, from - this.#base, to - this.#base);
    return copy;
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
