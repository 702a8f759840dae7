import { readFileSync } from 'node:fs';
import { text, type Answer } from '../answer.ts';
import { defineRoute, type Route } from '../route.ts';
import type { RouteParts } from '../route-parts.ts';

/** The plain files of the pages: where each is asked for, and what it is. */
const FILES = [
  ['/status/status.css', 'status.css', 'text/css'],
  ['/status/status.js', 'status.js', 'text/javascript'],
] as const;

/** They hold nothing that anybody may not see. */
export const files: readonly Route<RouteParts>[] = FILES.map(([path, name, type]) =>
  defineRoute({
    method: 'GET',
    path,
    scope: 'none',
    summary: 'a part of a page',
    types: [type],
    handle: (): Answer => text(read(name), `${type}; charset=utf-8`),
  }),
);

const known = new Map<string, Buffer>();

function read(name: string): Buffer {
  const bytes = known.get(name) ?? readFileSync(new URL(`../public/${name}`, import.meta.url));
  known.set(name, bytes);
  return bytes;
}
