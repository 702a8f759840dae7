import type { Rejection, RejectionReason } from '../telegram/telegram.ts';

/** A rejection that is kept for a diagnosis. */
export interface KeptRejection {
  readonly source: string;
  readonly at: Date;
  readonly reason: RejectionReason;
  readonly raw: Buffer;
}

const KEPT = 16;

/** The newest rejections with their bytes, and how many there were since the last summary. */
export class Rejections {
  readonly #kept: KeptRejection[] = [];
  readonly #sinceSummary = new Map<string, Map<RejectionReason, number>>();

  add(source: string, { reason, raw }: Rejection, at: Date): void {
    this.#kept.push({ source, at, reason, raw });
    if (this.#kept.length > KEPT) this.#kept.shift();
    const counts = this.#sinceSummary.get(source) ?? new Map<RejectionReason, number>();
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    this.#sinceSummary.set(source, counts);
  }

  /** The newest, oldest first. */
  get kept(): readonly KeptRejection[] {
    return this.#kept;
  }

  /** What was rejected since the last call, a source at a time. */
  summarise(): { source: string; counts: ReadonlyMap<RejectionReason, number> }[] {
    const summary = [...this.#sinceSummary].map(([source, counts]) => ({ source, counts }));
    this.#sinceSummary.clear();
    return summary;
  }
}
