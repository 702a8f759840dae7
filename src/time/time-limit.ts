/**
 * A signal that aborts with `signal`, or after so long. Node 20 may collect an `AbortSignal.timeout` that only an
 * `AbortSignal.any` holds, and then it never aborts; a timer is not collected.
 */
export function timeLimit(signal: AbortSignal, ms: number): AbortSignal {
  const limited = new AbortController();
  const timer = setTimeout(end, ms);
  function end(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    limited.abort();
  }
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return limited.signal;
}
