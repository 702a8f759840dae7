const LEAST_BYTES = 4_096;

/** The bytes of a file, which is written in place and grows. */
export class Content {
  #room: Buffer;
  #size: number;

  constructor(bytes: Uint8Array) {
    this.#room = Buffer.from(bytes);
    this.#size = bytes.length;
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#size);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.grow(offset + bytes.length);
    this.#room.set(bytes, offset);
  }

  /** What is new is zero. */
  grow(size: number): void {
    if (size <= this.#size) return;
    if (size > this.#room.length) {
      const room = Buffer.alloc(Math.max(LEAST_BYTES, 2 * size));
      this.bytes.copy(room);
      this.#room = room;
    }
    this.#size = size;
  }

  resize(size: number): void {
    this.#room.fill(0, Math.min(size, this.#size), this.#size);
    this.#size = Math.min(size, this.#size);
    this.grow(size);
  }
}
