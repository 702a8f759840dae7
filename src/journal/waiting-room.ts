import { once, EventEmitter } from 'node:events';
import type { Telegram } from '../telegram/telegram.ts';

/** About an hour of telegrams at one a second. */
const LARGEST_BYTES = 4e6;

/**
 * Telegrams in memory that wait for their turn to be written, or, while the disk takes none, for room there. Over its
 * size the oldest are lost, counted; the newest never.
 */
export class WaitingRoom {
  readonly #onLost: (telegram: Telegram) => void;
  readonly #changes = new EventEmitter();
  #telegrams: Telegram[] = [];
  #bytes = 0;

  constructor(onLost: (telegram: Telegram) => void) {
    this.#onLost = onLost;
  }

  get count(): number {
    return this.#telegrams.length;
  }

  add(telegram: Telegram): void {
    this.#telegrams.push(telegram);
    this.#bytes += telegram.raw.length;
    this.#shed();
  }

  /** Takes the oldest: at least one where any waits, up to so many and so many bytes. */
  take(most: { readonly count: number; readonly bytes: number }): Telegram[] {
    let bytes = 0;
    const tooMany = this.#telegrams.findIndex(({ raw }, index) => {
      bytes += raw.length;
      return index > 0 && (index >= most.count || bytes > most.bytes);
    });
    const taken = this.#telegrams.splice(0, tooMany === -1 ? this.#telegrams.length : tooMany);
    this.#bytes -= sizeOf(taken);
    this.#changes.emit('taken');
    return taken;
  }

  /** They could not be written: they are the oldest again. */
  putBack(telegrams: readonly Telegram[]): void {
    this.#telegrams = [...telegrams, ...this.#telegrams];
    this.#bytes += sizeOf(telegrams);
    this.#shed();
  }

  /** Nothing can be written any more. @returns how many of each source were still waiting. */
  abandon(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { source } of this.take({ count: Infinity, bytes: Infinity }))
      counts.set(source, (counts.get(source) ?? 0) + 1);
    return counts;
  }

  /** Resolves once less than half of the room is taken. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#bytes > LARGEST_BYTES / 2 && !signal.aborted) {
      await once(this.#changes, 'taken', { signal }).catch(() => undefined);
    }
  }

  #shed(): void {
    while (this.#bytes > LARGEST_BYTES) {
      const oldest = this.#telegrams.shift();
      if (oldest === undefined) return;
      this.#bytes -= oldest.raw.length;
      this.#onLost(oldest);
    }
  }
}

function sizeOf(telegrams: readonly Telegram[]): number {
  return telegrams.reduce((bytes, { raw }) => bytes + raw.length, 0);
}
