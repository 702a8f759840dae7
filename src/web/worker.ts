import { parentPort, workerData } from 'node:worker_threads';
import type { App } from './app.ts';
import type { RouteParts } from './route-parts.ts';
import { Books } from './books.ts';
import { OfficeLine } from './office/line.ts';
import type { FromWeb, ToWeb } from './office/table.ts';
import { serve } from './http/server.ts';
import type { WebSettings } from './settings.ts';

/** The web's own thread: whatever clients ask, no telegram waits for it. */

const settings = workerData as WebSettings;
const stop = new AbortController();
const office = new OfficeLine(tell);
const books = new Books({ office, settings, signal: stop.signal });
books.start();
/** What knows the routes (and zod with them) is loaded with the first request: who is never asked stays small. */
let app: Promise<App<RouteParts>> | undefined;

parentPort?.on('message', (message: ToWeb) => {
  if ('id' in message) office.hear(message);
  else stop.abort();
});

await serve({
  http: settings.http,
  signal: stop.signal,
  events: {
    listening: (url) => tell({ event: 'listening', url }),
    unavailable: (reason) => tell({ event: 'unavailable', reason }),
    renewed: () => tell({ event: 'renewed' }),
    notRenewed: (reason) => tell({ event: 'notRenewed', reason }),
  },
  handle: (request, response) => ask((built) => built.serve(request, response), response),
  upgrade: (request, socket, head) => ask((built) => built.upgrade(request, socket, head), socket),
});
await books.end();
parentPort?.close();

function ask(what: (built: App<RouteParts>) => Promise<void>, client: { destroy(): unknown }): void {
  app ??= books.ready().then(async () => {
    const { buildApp } = await import('./build.ts');
    return buildApp({
      settings,
      office,
      books,
      signal: stop.signal,
      fault: (text) => tell({ event: 'fault', text }),
      identify: (address) => tell({ event: 'identify', address }),
    });
  });
  app.then(what).catch((error: unknown) => {
    tell({ event: 'fault', text: String(error) });
    client.destroy();
  });
}

function tell(message: FromWeb): void {
  parentPort?.postMessage(message);
}
