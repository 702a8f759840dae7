import type { Found } from '../telegram/framer.ts';
import { Recent } from '../telegram/recent.ts';
import { ENOUGH_BYTES, isTelegrams, recognise, tell, type Finding } from '../telegram/recognise.ts';

/** Bytes came for long, and no telegram among them; the message says what they look like, and what to do. */
export class NoTelegram extends Error {
  override readonly name = 'NoTelegram';
}

/** More than the rest of a telegram that was under way when a connection began. */
const MUCH_BYTES = 2_000;

/** Waits for the next telegram of one connection, and keeps what came in its place. */
export class Patience {
  readonly #patienceMs: number;
  readonly #recent = new Recent(ENOUGH_BYTES);
  #sinceMs: number;
  #bytes = 0;
  #rejected = 0;
  /** Whether the chunk in hand ended the wait: what stands behind the telegram in it is the beginning of the next. */
  #isOver = false;

  constructor(patienceMs: number, nowMs: number) {
    this.#patienceMs = patienceMs;
    this.#sinceMs = nowMs;
  }

  /** What the framer found; of a rejection it is the reason that is told. */
  saw(found: readonly Found[], nowMs: number): void {
    this.#isOver = found.some((item) => 'checksum' in item);
    if (this.#isOver) this.#beginAnew(nowMs);
    else this.#rejected += found.length;
  }

  /** `chunk` came, and what was found in it has been seen. @throws {NoTelegram} once no telegram came for too long. */
  took(chunk: Uint8Array, nowMs: number): void {
    const isOver = this.#isOver;
    this.#isOver = false;
    if (isOver) return;
    this.#bytes += chunk.length;
    this.#recent.push(chunk);
    if (nowMs - this.#sinceMs < this.#patienceMs) return;
    const finding = this.#finding;
    this.#beginAnew(nowMs);
    if (finding !== undefined) throw new NoTelegram(tell(finding));
  }

  /** Of a connection that ended before its time was up: tells what much of its bytes looked like. */
  atEnd(told: (trouble: string) => void): void {
    const finding = this.#bytes < MUCH_BYTES ? undefined : this.#finding;
    if (finding !== undefined) told(tell(finding));
  }

  /** Undefined where telegrams came and were rejected: that is told by their reasons. */
  get #finding(): Finding | undefined {
    const finding = recognise(this.#recent.bytes);
    return isTelegrams(finding) && this.#rejected > 0 ? undefined : finding;
  }

  #beginAnew(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#bytes = 0;
    this.#rejected = 0;
    this.#recent.clear();
  }
}
