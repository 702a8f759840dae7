/** The newest bytes of a stream, up to so many. */
export class Recent {
  readonly #size: number;
  /** Twice as large, so that it is moved once for many pushes. */
  readonly #buffer: Buffer;
  #end = 0;

  constructor(size: number) {
    this.#size = size;
    this.#buffer = Buffer.allocUnsafe(2 * size);
  }

  /** A view, which holds until the next push. */
  get bytes(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#end - this.#size), this.#end);
  }

  push(bytes: Uint8Array): void {
    const newest = bytes.length > this.#size ? bytes.subarray(-this.#size) : bytes;
    if (this.#end + newest.length > this.#buffer.length) this.#end = this.bytes.copy(this.#buffer);
    this.#buffer.set(newest, this.#end);
    this.#end += newest.length;
  }

  clear(): void {
    this.#end = 0;
  }
}
