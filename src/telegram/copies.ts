/** Bytes of memory that are asked for at a time: some 60 telegrams. It is given back when the last of them is let go. */
const PIECE = 65_536;

/** Copies of bytes, one behind the other: to ask for memory takes longer than to copy a telegram. */
export class Copies {
  #piece = Buffer.alloc(0);
  #used = 0;

  of(bytes: Buffer, from: number, to: number): Buffer {
    const length = to - from;
    if (this.#used + length > this.#piece.length) this.#next(length);
    const copy = this.#piece.subarray(this.#used, this.#used + length);
    this.#used += length;
    bytes.copy(copy, 0, from, to);
    return copy;
  }

  #next(length: number): void {
    this.#piece = Buffer.allocUnsafeSlow(Math.max(PIECE, length));
    this.#used = 0;
  }
}
