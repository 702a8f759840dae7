import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { text, type Answer } from '../http/answer.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

/** The plain files of the pages, each asked for by its place in `public`. */
const FILES = [
  'api.js',
  'chart.js',
  'clock.js',
  'dom.js',
  'format.js',
  'icon.svg',
  'login.js',
  'page.css',
  'page.js',
  'periods.js',
  'shapes.js',
  'verdict.js',
  'words.js',
  'cards/endpoints.js',
  'cards/gaps.js',
  'cards/live.js',
  'cards/now.js',
  'cards/telegrams.js',
  'cards/today.js',
  'cards/usage.js',
  'status/status.css',
  'status/status.js',
] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  // Browsers ask for it by themselves, and go by the type.
  '.ico': 'image/svg+xml',
};

/** What is asked for, and where it lies. */
const PLACES: readonly (readonly [path: string, file: () => string | URL])[] = [
  ['/', () => inPublic('index.html')],
  ...FILES.map((name): [string, () => URL] => [`/${name}`, () => inPublic(name)]),
  ['/favicon.ico', () => inPublic('icon.svg')],
  ['/vendor/uplot.js', () => require.resolve('uplot/dist/uPlot.iife.min.js')],
  ['/vendor/uplot.css', () => require.resolve('uplot/dist/uPlot.min.css')],
];

/** They hold nothing that anybody may not see. */
export const files: readonly Route<RouteParts>[] = PLACES.map(([path, file]) => {
  const type = TYPES[extname(path)] ?? 'text/html';
  return defineRoute({
    method: 'GET',
    path,
    scope: 'none',
    summary: path === '/' ? 'the page' : 'a part of a page',
    types: [type],
    handle: (): Answer => text(read(path, file), `${type}; charset=utf-8`),
  });
});

const require = createRequire(import.meta.url);
const known = new Map<string, Buffer>();

function inPublic(name: string): URL {
  return new URL(`../public/${name}`, import.meta.url);
}

function read(path: string, file: () => string | URL): Buffer {
  const bytes = known.get(path) ?? readFileSync(file());
  known.set(path, bytes);
  return bytes;
}
