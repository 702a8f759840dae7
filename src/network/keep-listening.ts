import { once } from 'node:events';
import type { Server } from 'node:net';
import { sleep } from '../time/sleep.ts';

/** Where a server listens. */
export interface Place {
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
}

export interface Listener<S extends Server> {
  readonly place: Place;
  /** The setting that names the place, for whoever has to change it. */
  readonly setting: string;
  /** A server that does not listen yet, made anew for each try. */
  readonly create: () => S;
  /** It listens; `ended` aborts when it does so no more. */
  readonly listening: (server: S, ended: AbortSignal) => void;
  /** It cannot; it is tried again. */
  readonly unavailable: (reason: string) => void;
  /** Ends it with all of its clients. */
  readonly close: (server: S) => Promise<void>;
  readonly signal: AbortSignal;
}

const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 30_000] as const;

/** Listens until the signal aborts. An address that is taken, or not there yet, is tried again: it never ends for that. */
export async function keepListening<S extends Server>(listener: Listener<S>): Promise<void> {
  const { signal } = listener;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await listenOnce(listener, () => (failures = 0));
    } catch (error) {
      listener.unavailable(whyNot(error, listener));
      await sleep(RETRY_MS[failures] ?? RETRY_MS[RETRY_MS.length - 1] ?? 0, signal);
    }
  }
}

async function listenOnce<S extends Server>(
  { place, create, listening, close, signal }: Listener<S>,
  began: () => void,
): Promise<void> {
  const server = create();
  server.listen(place.port, place.host);
  await once(server, 'listening', { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  began();
  const ended = new AbortController();
  const over = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    server.once('error', reject);
    if (signal.aborted) resolve();
  });
  if (!signal.aborted) listening(server, ended.signal);
  await over.finally(() => {
    ended.abort();
    return close(server);
  });
}

/** `127.0.0.1:8011`, `[::1]:8011`: where it listens indeed, whatever port was asked for. */
export function listeningAt(server: Server, { host }: Place): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return printPlace(host, port);
}

/** `[::1]:8011` */
export function printPlace(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const REASONS: Readonly<Record<string, (setting: string) => string>> = {
  EADDRINUSE: (setting) => `another program listens there; name another port in ${setting}`,
  EADDRNOTAVAIL: (setting) => `this machine has no such address; see ${setting}`,
  EACCES: (setting) => `this user may not; take a port from 1024 up in ${setting}`,
};

function whyNot(
  error: unknown,
  { place: { host, port }, setting }: Pick<Listener<Server>, 'place' | 'setting'>,
): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return `${host}:${port}: ${REASONS[code]?.(setting) ?? message}`;
}
