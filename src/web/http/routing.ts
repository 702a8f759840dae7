import { Problem } from './problem.ts';
import type { Route } from './route.ts';

/** A route that a request goes to, and what stands in the place of its parameters. */
export interface Match<Parts> {
  readonly route: Route<Parts>;
  readonly params: Readonly<Record<string, string>>;
}

interface Row<Parts> {
  readonly segments: readonly string[];
  readonly routes: readonly Route<Parts>[];
}

/** Finds the route of a request. */
export class Routing<Parts> {
  readonly #rows: readonly Row<Parts>[];

  constructor(routes: readonly Route<Parts>[]) {
    const paths = [...new Set(routes.map(({ path }) => path))];
    // A path that says a word goes before one that takes any.
    this.#rows = paths
      .sort((one, other) => Number(one.includes('{')) - Number(other.includes('{')))
      .map((path) => ({ segments: path.split('/'), routes: routes.filter((route) => route.path === path) }));
  }

  /** @throws {Problem} where there is no such path, or not with this method. */
  find(method: string, path: string): Match<Parts> {
    const segments = path.split('/');
    const row = this.#rowOf(path);
    if (row === undefined)
      throw new Problem('not-found', `there is nothing at ${path}; /edge/v1/openapi.json lists all there is`);
    const asked = method === 'HEAD' ? 'GET' : method;
    const route = row.routes.find((one) => one.method === asked);
    if (route !== undefined) return { route, params: paramsOf(row.segments, segments) };
    const allow = row.routes.map((one) => one.method).join(', ');
    throw new Problem('method-not-allowed', `got ${method}, expected ${allow}`, { allowed: allow }, { allow });
  }

  #rowOf(path: string): Row<Parts> | undefined {
    const segments = path.split('/');
    return this.#rows.find((one) => fits(one.segments, segments));
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  );
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const taken = pattern.flatMap((part, index): [string, string][] =>
    part.startsWith('{') ? [[part.slice(1, -1), decode(segments[index] ?? '')]] : [],
  );
  return Object.fromEntries(taken);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('bad-request', `the path has a broken escape: ${segment.slice(0, 100)}`);
  }
}
