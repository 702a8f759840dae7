/**
 * How long to leave bytes in the kernel before reading them. A meter sends a telegram in one burst, a second apart;
 * read as they come, its bytes wake the process some twenty times. When the last burst tells how long this one will
 * be, two or three reads do: rest until the last few bytes are due, then take them as they come.
 *
 * A burst that one read took whole may have been there for long: then the next rest is half as long, otherwise twice
 * as long, up to what the baud rate tells. So an adapter that is faster than its baud rate is not kept waiting. And of
 * the last two bursts the shorter counts: a telegram that was long once (a text message) delays none after it.
 */
export class BurstPredictor {
  readonly #bytesPerMs: number;
  readonly #quietMs: number;
  #lengths: [beforeLast: number, last: number] = [0, 0];
  #received = 0;
  #reads = 0;
  #trust = 1;
  #begunAt = 0;
  #lastReadAt = -Infinity;

  constructor(baudRate: number) {
    this.#bytesPerMs = baudRate / BITS_PER_BYTE / 1_000;
    this.#quietMs = Math.max(MIN_QUIET_MS, LAST_BYTES / this.#bytesPerMs);
  }

  /** Bytes can be read at `nowMs`: for how long to leave them, in milliseconds. */
  rest(nowMs: number): number {
    if (nowMs - this.#lastReadAt > this.#quietMs) this.#beginBurst(nowMs);
    const lengthMs = (Math.min(...this.#lengths) - LAST_BYTES) / this.#bytesPerMs;
    const leftMs = Math.min(lengthMs - (nowMs - this.#begunAt), MAX_GATHERED_BYTES / this.#bytesPerMs);
    const restMs = Math.floor(leftMs * this.#trust);
    return restMs < MIN_REST_MS ? 0 : restMs;
  }

  /** So many bytes were read at `nowMs`. */
  took(bytes: number, nowMs: number): void {
    this.#received += bytes;
    this.#reads += 1;
    this.#lastReadAt = nowMs;
  }

  #beginBurst(nowMs: number): void {
    this.#begunAt = nowMs;
    if (this.#reads === 0) return;
    this.#trust = this.#reads === 1 ? Math.max(MIN_TRUST, this.#trust / 2) : Math.min(1, this.#trust * 2);
    this.#lengths = [this.#lengths[1], this.#received];
    this.#received = 0;
    this.#reads = 0;
  }
}

/** A start bit, eight bits of data (or seven and parity), a stop bit. */
const BITS_PER_BYTE = 10;
/** A USB adapter hands on up to 62 bytes at a time: so the last two of its packets are awaited, not slept through. */
const LAST_BYTES = 128;
/** Three quarters of the 4096 bytes that a Linux tty holds. */
const MAX_GATHERED_BYTES = 3_072;
/** So low that no telegram is rested for, so high that a few bursts that come in pieces restore it. */
const MIN_TRUST = 1 / 64;
/** Below this a rest costs more than the wake-ups that it saves. */
const MIN_REST_MS = 8;
/** No byte for so long ends a burst; an adapter holds bytes back for up to 16 ms, a busy machine for longer. */
const MIN_QUIET_MS = 50;
