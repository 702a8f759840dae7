import { isAborted } from '../time/aborted.ts';
import { NoTelegram } from './no-telegram.ts';
import type { Source } from './source.ts';
import { realWaits, type Waits } from './waits.ts';

/** What happens to the connections of a source, for logs and counts. */
export interface ConnectionEvents {
  /** The first bytes of a connection have come; `foundOn` is the source's. */
  opened(foundOn?: string): void;
  /** It could not be opened, ended or broke; the next try is in `retryInMs`. */
  lost(error: Error, retryInMs: number): void;
  /** It was closed since no byte came for `ms`; the next try is in `retryInMs`. `why` is the source's, where it knows. */
  silent(ms: number, retryInMs: number, why?: string): void;
}

/** A capture broke off in the midst of it: read again, its beginning would come twice. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

export interface KeepOpen {
  /** True where a source that `ends` is tried only once. */
  readonly once?: boolean | undefined;
  /** A connection without a byte for so long is taken for dead. A source that `ends` may be silent as long as it likes. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  readonly events: ConnectionEvents;
  readonly waits?: Waits;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/**
 * Has the bytes of one connection; for it, the loss of the connection is just their end. Throws {@link NoTelegram} where
 * another connection may do better.
 */
export type Read = (bytes: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Opens a source, lets `read` have its bytes, and opens it again whenever the connection is lost, until the signal
 * aborts or a source that `ends` has ended. Only one connection is open at a time.
 * @throws whatever else `read` throws: that is no fault of the connection; {BrokenOff} of a source that `ends` and broke.
 */
export async function keepOpen(source: Source, read: Read, options: KeepOpen): Promise<void> {
  const { silenceMs, signal, events, waits = realWaits, random = Math.random } = options;
  let failures = 0;
  while (!signal.aborted) {
    const { end, carriedBytes } = await connect(source, read, { silenceMs, signal, events, waits });
    if (isAborted(signal) || (end === 'ended' && source.ends)) return;
    if (source.ends === true && end instanceof Error && (carriedBytes || options.once === true))
      throw new BrokenOff(end.message, { cause: end });
    failures = carriedBytes ? 0 : failures;
    const retryInMs = backOffMs(failures++, random);
    if (end === 'silent') events.silent(silenceMs, retryInMs, source.whySilent?.());
    else events.lost(end === 'ended' ? new Error('the other side closed the connection') : end, retryInMs);
    await waits.sleep(retryInMs, signal);
  }
}

const BACK_OFF_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

/** How long to wait before the next try. A fifth sooner or later, so that many do not knock on one door at once. */
export function backOffMs(failures: number, random: () => number): number {
  const ms = BACK_OFF_MS[failures] ?? BACK_OFF_MS[BACK_OFF_MS.length - 1] ?? 0;
  return Math.round(ms * (0.8 + 0.4 * random()));
}

/** What is known of a connection while it lives, and in the end. */
interface Connection {
  end: 'ended' | 'silent' | Error;
  carriedBytes: boolean;
  heardAtMs: number;
}

type Options = Required<Omit<KeepOpen, 'random' | 'once'>>;

async function connect(source: Source, read: Read, options: Options): Promise<Connection> {
  const { signal, waits } = options;
  const heardAtMs = waits.now() + (source.openingMs ?? 0);
  const connection: Connection = { end: 'ended', carriedBytes: false, heardAtMs };
  const closing = new AbortController();
  const close = () => closing.abort();
  signal.addEventListener('abort', close, { once: true });
  const watching = source.ends ? undefined : closeWhenSilent(connection, closing, options);
  try {
    await read(listen(source, connection, closing.signal, options));
  } catch (error) {
    if (!(error instanceof NoTelegram)) throw error;
    connection.end = error;
  } finally {
    close();
    signal.removeEventListener('abort', close);
    await watching;
  }
  return connection;
}

async function* listen(source: Source, connection: Connection, signal: AbortSignal, { waits, events }: Options) {
  try {
    for await (const bytes of source.open(signal)) {
      if (!connection.carriedBytes) events.opened(source.foundOn?.());
      connection.carriedBytes = true;
      connection.heardAtMs = waits.now();
      yield bytes;
    }
  } catch (error) {
    if (!signal.aborted) connection.end = error instanceof Error ? error : new Error(String(error));
  }
}

/** One timer for each time of silence, not for each byte. */
async function closeWhenSilent(connection: Connection, closing: AbortController, { silenceMs, waits }: Options) {
  while (!isAborted(closing.signal)) {
    const leftMs = connection.heardAtMs + silenceMs - waits.now();
    if (leftMs > 0) {
      await waits.sleep(leftMs, closing.signal);
      continue;
    }
    connection.end = 'silent';
    closing.abort();
  }
}
