/** Bytes that came by event, to be read by iteration; bounded by telling the giver when to pause. */
export class Inbox implements AsyncIterable<Uint8Array> {
  readonly #maxBytes: number;
  readonly #resume: () => void;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  /** `resume` is called once there is room again after {@link put} answered false. */
  constructor(maxBytes: number, resume: () => void) {
    this.#maxBytes = maxBytes;
    this.#resume = resume;
  }

  /** Takes a copy. False: enough for now, give no more until `resume`. */
  put(bytes: Uint8Array): boolean {
    this.#waiting.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
    this.#wake();
    return this.#bytes < this.#maxBytes;
  }

  /** No more will come; what waits is still read, then the iteration ends or throws `error`. */
  end(error?: Error): void {
    this.#ended = true;
    this.#error ??= error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    while (await this.#filled()) yield* this.#takeAll();
    if (this.#error !== undefined) throw this.#error;
  }

  async #filled(): Promise<boolean> {
    while (this.#waiting.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#waiting.length > 0;
  }

  #takeAll(): Uint8Array[] {
    const taken = this.#waiting;
    const wasFull = this.#bytes >= this.#maxBytes;
    this.#waiting = [];
    this.#bytes = 0;
    if (wasFull) this.#resume();
    return taken;
  }
}
