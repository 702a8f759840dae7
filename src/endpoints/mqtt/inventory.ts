import { stateRows } from '../../reading/state-rows.ts';
import type { MeterState } from '../../reading/state.ts';

/** A device that is silent for a while keeps its place. */
const KEPT_MS = 7 * 86_400_000;

/** What no meter can have is not taken over from what was published before. */
const NAMES: ReadonlySet<string> = new Set(stateRows().map(({ name }) => name));

/** What a meter has: the names that it said anything of in the last week. */
export class Inventory {
  readonly #saidMs = new Map<string, number>();

  /** @param names what it had before the start; they count as if just said. */
  constructor(names: readonly string[] = [], nowMs = 0) {
    for (const name of names) if (NAMES.has(name)) this.#saidMs.set(name, nowMs);
  }

  /** In the order of the table. */
  get names(): readonly string[] {
    return [...NAMES].filter((name) => this.#saidMs.has(name));
  }

  /** Takes what the meter says. @returns whether there is more or less now than before. @param nowMs of a clock that is never set. */
  see(state: MeterState, nowMs: number): boolean {
    const before = this.#saidMs.size;
    for (const name of Object.keys(state)) this.#saidMs.set(name, nowMs);
    const isMore = this.#saidMs.size > before;
    const gone = [...this.#saidMs].filter(([, saidMs]) => nowMs - saidMs > KEPT_MS);
    for (const [name] of gone) this.#saidMs.delete(name);
    return isMore || gone.length > 0;
  }

  /** The state with null for what this telegram does not say. */
  complete(state: MeterState): Readonly<Record<string, number | string | null>> {
    return Object.fromEntries(this.names.map((name) => [name, state[name] ?? null]));
  }
}
