import type { ServiceView } from '../endpoint-type.ts';

const INTERVAL_MS = 60_000;

/** When it is said how the service stands: at once where a part stands otherwise than before, else now and then. */
export class HealthPace {
  #saidMs = -Infinity;
  #standing = '';

  isDue({ sources, endpoints }: Pick<ServiceView, 'sources' | 'endpoints'>, nowMs: number): boolean {
    const standing = JSON.stringify([
      sources().map(({ trouble }) => trouble),
      endpoints().map(({ state }) => away(state)),
    ]);
    if (standing === this.#standing && nowMs - this.#saidMs < INTERVAL_MS) return false;
    this.#standing = standing;
    this.#saidMs = nowMs;
    return true;
  }

  /** It is due again. */
  reset(): void {
    this.#saidMs = -Infinity;
  }
}

/** Endpoints go to and fro between idle and delivering with each telegram. */
function away(state: string): string {
  return state === 'idle' || state === 'delivering' ? 'there' : state;
}
