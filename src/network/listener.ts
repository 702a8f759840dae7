/** What may wait for a client that does not read. */
export const MOST_UNSENT_BYTES = 262_144;

/** What a client may say within a minute: it is read and thrown away. */
const MOST_SAID_BYTES = 65_536;
const MINUTE_MS = 60_000;

/** What a client says that is there to listen. */
export class Said {
  #bytes = 0;
  #sinceMs = performance.now();

  /** @returns whether it says too much. */
  isTooMuch(bytes: number): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs > MINUTE_MS) [this.#bytes, this.#sinceMs] = [0, nowMs];
    this.#bytes += bytes;
    return this.#bytes > MOST_SAID_BYTES;
  }
}
