import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Who } from '../access/access.ts';
import type { Scope } from '../access/scopes.ts';
import type { Answer } from './answer.ts';

type Method = 'GET' | 'POST' | 'DELETE';
type Shape = z.ZodObject;

/** What stands in the first line of a request. */
export interface Target {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A request as its route sees it: everything is checked. */
export interface Asked<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** As it was written. */
  readonly target: Target;
  readonly who: Who;
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  /** True where the request came over TLS. */
  readonly isSecure: boolean;
  /** Aborts when the client is gone or the service stops. */
  readonly signal: AbortSignal;
}

/**
 * One row of the table of routes. What validates a request also describes it in the OpenAPI document: a query is strict,
 * its values are texts that the schema reads.
 */
export interface Route<Parts, P extends Shape = Shape, Q extends Shape = Shape, B extends z.ZodType = z.ZodType> {
  readonly method: Method;
  /** `/edge/v1/meters/{meter}`: what is in braces is a parameter. */
  readonly path: string;
  /** `none`: for everybody. */
  readonly scope: Scope | 'none';
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  /** Of a JSON body or a form. */
  readonly body?: B;
  /** What it answers with status 200, as JSON; undefined where it answers no JSON. */
  readonly answer?: z.ZodType;
  /** Of a success, where it is not 200, or 204 of a DELETE. */
  readonly status?: number;
  /** Other media types that it answers with. */
  readonly types?: readonly string[];
  handle(asked: Asked<z.output<P>, z.output<Q>, z.output<B>>, parts: Parts): Answer | Promise<Answer>;
}

/** Gives a route its types; nothing else. */
export function defineRoute<Parts, P extends Shape, Q extends Shape, B extends z.ZodType>(
  route: Route<Parts, P, Q, B>,
): Route<Parts> {
  return route;
}
