import { openHttp, type Http, type HttpOptions } from '../http/client.ts';
import { NoAnswer, NotHttp, NotSent } from '../http/failures.ts';
import { readTrusted } from '../http/trusted.ts';
import { Ambiguous, Paused, TryLater } from '../outbox/endpoint.ts';

export type { Http, HttpAnswer, HttpRequest } from '../http/client.ts';

export interface FarSide extends Omit<HttpOptions, 'ca'> {
  /** What should listen there, for the text of an error: DSMR-reader. */
  readonly program: string;
  /** The file with the certificate to trust in the place of the system's. */
  readonly caFile?: string | undefined;
}

/**
 * A far side whose failures are those of an endpoint: {@link TryLater}, {@link Ambiguous}, {@link Paused}.
 * @throws {Error} where the certificate cannot be read.
 */
export function openFarSide({ program, caFile, ...options }: FarSide): Http {
  const http = openHttp({ ...options, ca: readTrusted(caFile) });
  return {
    request: (request, signal) =>
      http.request(request, signal).catch((error: unknown) => {
        throw asOfEndpoint(error, program);
      }),
    close: () => http.close(),
  };
}

function asOfEndpoint(error: unknown, program: string): unknown {
  if (error instanceof NotSent) return new TryLater(error.message, { cause: error });
  if (error instanceof NoAnswer) return new Ambiguous(error.message, { cause: error });
  if (error instanceof NotHttp)
    return new Paused(error.message, `set url to the address of ${program}`, { cause: error });
  return error;
}

/** Scheme, host and port of a URL; its path without a slash at the end; what its user and password are as a header. */
export function splitUrl(url: string): { origin: string; path: string; login: string | undefined } {
  const { origin, pathname, username, password } = new URL(url);
  const login = username === '' ? undefined : basic(decodeURIComponent(username), decodeURIComponent(password));
  return { origin, path: pathname.replace(/\/+$/, ''), login };
}

/** The header value for a user and a password. Source: RFC 7617. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A question stores nothing: one that was lost on the way can be asked again. */
export function nothingInDoubt(error: unknown): never {
  throw error instanceof Ambiguous ? new TryLater(error.message, { cause: error }) : error;
}
