import type { Telegram } from '../telegram/telegram.ts';

/**
 * Which letters an endpoint gets that wants one every n seconds: the first of each such stretch by the meter's clock,
 * by ours where the meter has none.
 */
export class Thinning {
  readonly #intervalMs: number;
  readonly #meterTime: (raw: Buffer) => Date | undefined;
  #stretch: number | undefined;

  constructor(intervalMs: number, meterTime: (raw: Buffer) => Date | undefined) {
    this.#intervalMs = intervalMs;
    this.#meterTime = meterTime;
  }

  /** True for the first letter of a stretch. */
  wants({ raw, receivedAt }: Telegram): boolean {
    if (this.#intervalMs === 0) return true;
    const at = this.#meterTime(raw) ?? receivedAt;
    const stretch = Math.floor(at.getTime() / this.#intervalMs);
    if (stretch === this.#stretch) return false;
    this.#stretch = stretch;
    return true;
  }
}
