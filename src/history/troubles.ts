import type { GapCause } from './answers.ts';
import type { Trouble } from './store.ts';

/** Without a telegram for so long there is a gap, and what was seen meanwhile may be its cause. */
const GAP_MS = 60_000;

interface Seen {
  lastMs: number;
  /** When each was seen first since the last telegram, Unix seconds. */
  readonly causes: Map<GapCause, number>;
  readonly told: Set<GapCause>;
}

/** What goes wrong with sources, kept until it shows whether a gap comes of it. */
export class Troubles {
  readonly #sources = new Map<string, Seen>();
  readonly #nowMs: () => number;

  /** @param nowMs a clock that is never set, in milliseconds. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  saw(source: string, cause: GapCause, atS: number): void {
    const { causes } = this.#of(source);
    if (!causes.has(cause)) causes.set(cause, atS);
  }

  /** A telegram of this source was accepted. */
  over(source: string): void {
    const seen = this.#of(source);
    seen.lastMs = this.#nowMs();
    seen.causes.clear();
    seen.told.clear();
  }

  /** What belongs to a gap and was not told yet. */
  due(): Trouble[] {
    const nowMs = this.#nowMs();
    return [...this.#sources].flatMap(([source, { lastMs, causes, told }]) => {
      if (nowMs - lastMs < GAP_MS) return [];
      const due = [...causes].filter(([cause]) => !told.has(cause));
      return due.map(([cause, atS]) => {
        told.add(cause);
        return { source, atS, cause };
      });
    });
  }

  #of(source: string): Seen {
    const known = this.#sources.get(source) ?? { lastMs: this.#nowMs(), causes: new Map(), told: new Set() };
    this.#sources.set(source, known);
    return known;
  }
}
