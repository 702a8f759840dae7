/**
 * A signal that aborts with `signal`, or after so long. Node 20 may collect an `AbortSignal.timeout` that only an
 * `AbortSignal.any` holds, and then it never aborts; a timer is not collected.
 */
export function timeLimit(signal: AbortSignal, ms: number): AbortSignal {
  return liftableLimit(signal, ms).signal;
}

/** As `timeLimit`; once it is lifted, only `signal` aborts. `release` lets go of both. */
export function liftableLimit(signal: AbortSignal, ms: number): LiftableLimit {
  const limited = new AbortController();
  const timer = setTimeout(end, ms);
  function end(): void {
    release();
    limited.abort();
  }
  function release(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return { signal: limited.signal, lift: () => clearTimeout(timer), release };
}

export interface LiftableLimit {
  readonly signal: AbortSignal;
  lift(): void;
  release(): void;
}
