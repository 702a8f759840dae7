import type { Telegram } from '../telegram/telegram.ts';

/** The letter that an endpoint got last: which stretch of its clock it stood for, and when it was received. */
interface Wanted {
  readonly stretch: number;
  readonly receivedMs: number;
}

/** How far one source is. */
interface Progress {
  readonly wanted: Wanted;
  /** What the meter's clock said in the letter before. */
  readonly meterMs: number | undefined;
}

/**
 * Which letters an endpoint gets that wants one every n seconds: of each source the first of each such stretch by the
 * meter's clock, by ours where the meter has none. While a meter's clock stands still or goes back, one goes each
 * n seconds by ours.
 */
export class Thinning {
  readonly #intervalMs: number;
  readonly #meterTime: (raw: Buffer) => Date | undefined;
  readonly #sources = new Map<string, Progress>();

  constructor(intervalMs: number, meterTime: (raw: Buffer) => Date | undefined) {
    this.#intervalMs = intervalMs;
    this.#meterTime = meterTime;
  }

  /** Whether it can tell what it wants of a source without having seen the letter before. */
  knows(source: string): boolean {
    return this.#intervalMs === 0 || this.#sources.has(source);
  }

  /** True for the first letter of a stretch. */
  wants({ source, raw, receivedAt }: Telegram): boolean {
    if (this.#intervalMs === 0) return true;
    const before = this.#sources.get(source);
    const meterMs = this.#meterTime(raw)?.getTime();
    const receivedMs = receivedAt.getTime();
    const letter = { stretch: Math.floor((meterMs ?? receivedMs) / this.#intervalMs), receivedMs };
    const isNext = this.#isNext(letter, meterMs, before);
    this.#sources.set(source, { wanted: isNext ? letter : (before?.wanted ?? letter), meterMs });
    return isNext;
  }

  #isNext({ stretch, receivedMs }: Wanted, meterMs: number | undefined, before: Progress | undefined): boolean {
    if (before === undefined) return true;
    const stands = meterMs !== undefined && before.meterMs !== undefined && meterMs <= before.meterMs;
    if (!stands) return stretch !== before.wanted.stretch;
    // Our own clock may be set back too: that must not stop the endpoint.
    return Math.abs(receivedMs - before.wanted.receivedMs) >= this.#intervalMs;
  }
}
