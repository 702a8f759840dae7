/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** A fresh look, where the compiler thinks that it knows the answer from before a wait. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
