import { openHttp, type Http, type HttpOptions } from '../http/client.ts';
import { NoAnswer, NotHttp, NotSent } from '../http/failures.ts';
import { Ambiguous, Paused, TryLater } from '../outbox/endpoint.ts';

export type { Http, HttpAnswer, HttpRequest } from '../http/client.ts';

export interface FarSide extends HttpOptions {
  /** What should listen there, for the text of an error: DSMR-reader. */
  readonly program: string;
}

/** A far side whose failures are those of an endpoint: {@link TryLater}, {@link Ambiguous}, {@link Paused}. */
export function openFarSide({ program, ...options }: FarSide): Http {
  const http = openHttp(options);
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
