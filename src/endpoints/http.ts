import { openHttp, type Http, type HttpOptions } from '../http/client.ts';
import { NoAnswer, NotHttp, NotSent } from '../http/failures.ts';
import { readTrusted } from '../http/trusted.ts';
import { Ambiguous, Paused, TryLater } from '../outbox/endpoint.ts';
import type { Kit } from '../settings/values.ts';

export type { Http, HttpAnswer, HttpRequest } from '../http/client.ts';

export interface FarSide extends Omit<HttpOptions, 'ca'> {
  /** What should listen there, for the text of an error: DSMR-reader. */
  readonly program: string;
  /** The file with the certificate to trust in the place of the system's. */
  readonly caFile?: string | undefined;
}

/** How a far side is reached. */
export const ofFarSide = ({ z, durationWithin }: Kit) => ({
  timeout: durationWithin('1s', '10m').prefault('20s').describe('how long one request may take in all'),
  ca: z.string().min(1).optional().describe("file with the certificate (PEM) to trust in the place of the system's"),
});

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

/** The parts of an endpoint's URL. */
export interface UrlParts {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Without a slash at the end. */
  readonly path: string;
  /** What its user and password are as a header. */
  readonly login: string | undefined;
  /** What a far side must not be heard repeating of that. */
  readonly secrets: readonly string[];
}

export function splitUrl(url: string): UrlParts {
  const { origin, pathname, username, password } = new URL(url);
  const [user, word] = [decodeURIComponent(username), decodeURIComponent(password)];
  const login = user === '' && word === '' ? undefined : basic(user, word);
  const secrets = login === undefined ? [] : loginSecrets(login, word);
  return { origin, path: pathname.replace(/\/+$/, ''), login, secrets };
}

/** What gives a login away: the header without its scheme, and the password. */
export function loginSecrets(login: string, password: string): string[] {
  return [login.slice('Basic '.length), password].filter((secret) => secret !== '');
}

/** The header value for a user and a password. Source: RFC 7617. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** A question stores nothing: one that was lost on the way can be asked again. */
export function nothingInDoubt(error: unknown): never {
  throw error instanceof Ambiguous ? new TryLater(error.message, { cause: error }) : error;
}
