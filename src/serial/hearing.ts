import { Receiver } from '../telegram/receiver.ts';
import { Recent } from '../telegram/recent.ts';
import { ENOUGH_BYTES, recognise, type Finding } from '../telegram/recognise.ts';
import type { RejectionReason, Telegram } from '../telegram/telegram.ts';
import type { Line } from './lines.ts';

/** More than any telegram and what may stand before it. */
const HELD_BYTES = 32_768;

/** What was heard on a line since it was opened. `nowMs` is of any clock that never jumps. */
export class Hearing {
  readonly line: Line;
  telegrams = 0;
  bytes = 0;
  readonly rejected: Partial<Record<RejectionReason, number>> = {};
  newest: Telegram | undefined;
  // At the right speed a telegram without a checksum that is well-formed is proof enough.
  readonly #receiver = new Receiver({ source: 'hearing', checksum: 'absent' });
  readonly #recent = new Recent(HELD_BYTES);
  #firstMs = 0;
  #newestMs = 0;

  constructor(line: Line) {
    this.line = line;
  }

  push(bytes: Uint8Array, nowMs: number): void {
    this.bytes += bytes.length;
    this.#recent.push(bytes);
    for (const found of this.#receiver.push(bytes, nowMs)) {
      if ('reason' in found) this.rejected[found.reason] = (this.rejected[found.reason] ?? 0) + 1;
      else this.#accept(found, nowMs);
    }
  }

  /** Whether a meter talks at this speed: a telegram was accepted, or came whole in a frame that takes a key to open. */
  get isMeter(): boolean {
    return this.telegrams > 0 || this.rejected.encrypted !== undefined;
  }

  /** The newest bytes, up to 32 kB. */
  get held(): Buffer {
    return Buffer.from(this.#recent.bytes);
  }

  get finding(): Finding {
    return recognise(this.#recent.bytes.subarray(-ENOUGH_BYTES));
  }

  /** Telegrams a minute; undefined until there were two. */
  get perMinute(): number | undefined {
    if (this.telegrams < 2) return undefined;
    return Math.round((60_000 * (this.telegrams - 1)) / (this.#newestMs - this.#firstMs));
  }

  #accept(telegram: Telegram, nowMs: number): void {
    if (this.telegrams === 0) this.#firstMs = nowMs;
    this.telegrams += 1;
    this.#newestMs = nowMs;
    this.newest = telegram;
  }
}

/** Of what was heard of one port on several lines: the meter, else what is sure, else what came first, else silence. */
export function mostTelling(hearings: readonly Hearing[]): Hearing | undefined {
  return (
    hearings.find(({ isMeter }) => isMeter) ??
    hearings.find(({ finding }) => finding.isSure) ??
    hearings.find(({ bytes }) => bytes > 0) ??
    hearings[0]
  );
}
