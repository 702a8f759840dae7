import type { Telegram } from '../telegram/telegram.ts';

/** The letter that an endpoint got last: which stretch of its clock it stood for, and when it was received. */
interface Wanted {
  readonly stretch: number;
  readonly receivedMs: number;
}

/**
 * Which letters an endpoint gets that wants one every n seconds: the first of each such stretch by the meter's clock,
 * by ours where the meter has none. While a meter's clock stands still or goes back, one goes each n seconds by ours.
 */
export class Thinning {
  readonly #intervalMs: number;
  readonly #meterTime: (raw: Buffer) => Date | undefined;
  #wanted: Wanted | undefined;
  /** What the meter's clock said in the letter before. */
  #meterMs: number | undefined;

  constructor(intervalMs: number, meterTime: (raw: Buffer) => Date | undefined) {
    this.#intervalMs = intervalMs;
    this.#meterTime = meterTime;
  }

  /** True for the first letter of a stretch. */
  wants({ raw, receivedAt }: Telegram): boolean {
    if (this.#intervalMs === 0) return true;
    const meterMs = this.#meterTime(raw)?.getTime();
    const stands = meterMs !== undefined && this.#meterMs !== undefined && meterMs <= this.#meterMs;
    this.#meterMs = meterMs;
    const receivedMs = receivedAt.getTime();
    const stretch = Math.floor((meterMs ?? receivedMs) / this.#intervalMs);
    if (!this.#isNext({ stretch, receivedMs }, stands)) return false;
    this.#wanted = { stretch, receivedMs };
    return true;
  }

  #isNext({ stretch, receivedMs }: Wanted, stands: boolean): boolean {
    if (this.#wanted === undefined) return true;
    if (!stands) return stretch !== this.#wanted.stretch;
    // Our own clock may be set back too: that must not stop the endpoint.
    return Math.abs(receivedMs - this.#wanted.receivedMs) >= this.#intervalMs;
  }
}
