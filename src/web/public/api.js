/** Asks the service that this page came from. All paths are relative: it may stand behind a proxy, in a folder. */

/** An answer that is no success, in the service's own words. */
export class Problem extends Error {
  /** @param {number} status @param {string} text */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

const LONGEST_MS = 10_000;

/** How the service stands; one that loses telegrams says so with 503. `date`: what time it is there. @throws {Problem} */
export async function getHealth() {
  const response = await fetch('healthz', { signal: AbortSignal.timeout(LONGEST_MS) });
  const body = await response.json().catch(() => undefined);
  if (!['pass', 'warn', 'fail'].includes(body?.status)) throw new Problem(response.status, response.statusText);
  return { ...body, date: response.headers.get('date') };
}

/** @param {string} path @param {Record<string, string | number>} [query] */
export async function get(path, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return answerOf(await fetch(`${path}?${asked}`, { signal: AbortSignal.timeout(LONGEST_MS) }));
}

/**
 * As the form of a page: the service sets a cookie that no script can read, and sends the browser on.
 * @returns 200, or the status of the refusal.
 */
export async function logIn(username, password) {
  const response = await fetch('edge/v1/login', {
    method: 'POST',
    headers: { accept: 'text/html' },
    body: new URLSearchParams({ username, password }),
    redirect: 'manual',
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  return response.type === 'opaqueredirect' ? 200 : response.status;
}

export async function logOut() {
  await fetch('edge/v1/session', { method: 'DELETE' });
}

async function answerOf(response) {
  const body = response.status === 204 ? undefined : await response.json().catch(() => undefined);
  if (response.ok) return body;
  throw new Problem(response.status, body?.detail ?? body?.title ?? response.statusText);
}

/**
 * Hears of each new reading. The browser connects again by itself.
 * @param {(live: unknown) => void} onLive @param {(isConnected: boolean) => void} onState
 */
export function hearLive(onLive, onState) {
  const events = new EventSource('edge/v1/live');
  events.addEventListener('open', () => onState(true));
  events.addEventListener('error', () => onState(false));
  events.addEventListener('reading', ({ data }) => onLive(JSON.parse(data)));
  return () => events.close();
}
