import { expect, test } from 'vitest';
import type { Office } from '../../../src/web/office/office.ts';
import type { WebSettings } from '../../../src/web/settings.ts';
import { Web, type WebEvents } from '../../../src/web/web.ts';
import { until } from '../../support/service.ts';

const SETTINGS = {} as WebSettings;

function script(text: string): URL {
  const head = "import { parentPort } from 'node:worker_threads';";
  return new URL(`data:text/javascript,${encodeURIComponent(head + text)}`);
}

/** What a thread of this text makes happen. */
function watch(text: string, office: Partial<Office> = {}): { web: Web; told: string[] } {
  const told: string[] = [];
  const events: WebEvents = {
    listening: (url) => told.push(`listening ${url}`),
    unavailable: (reason) => told.push(`unavailable ${reason}`),
    renewed: () => told.push('renewed'),
    notRenewed: (reason) => told.push(`not renewed ${reason}`),
    identify: (address) => told.push(`identify ${address}`),
    fault: (fault) => told.push(`fault ${fault}`),
    ended: ({ message }) => told.push(`ended ${message}`),
  };
  return { web: new Web(SETTINGS, office as Office, events, script(text)), told };
}

const STOPS = "parentPort.on('message', ({ event }) => event === 'stop' && parentPort.close());";
const BEGINS = "parentPort.postMessage({ event: 'listening', url: 'here' });";

test('a thread that ends by a fault is started again, and that is told once', async () => {
  const { web, told } = watch(`${BEGINS}${STOPS} setTimeout(() => { throw new Error('broken'); }, 10);`);
  web.start();
  await until(() => told.filter((one) => one === 'listening here').length >= 2, 10_000);
  await web.close();
  expect(told.filter((one) => one.startsWith('ended'))).toEqual(['ended broken']);
});

test('a thread that fills its memory takes nobody with it', async () => {
  const { web, told } = watch(`const all = []; for (;;) all.push(new Array(1_000).fill(all.length));`);
  web.start();
  await until(() => told.length > 0, 20_000);
  await web.close();
  expect(told[0]).toMatch(/^ended .*memory/);
});

test('a thread that hangs does not hold up a stop', async () => {
  const { web, told } = watch(`${BEGINS} setTimeout(() => { for (;;); }, 1);`);
  web.start();
  await until(() => told.length > 0, 10_000);
  await web.close();
  expect(told).toEqual(['listening here']);
});

test('a question is answered, and one that cannot be is told why', async () => {
  const asks =
    "parentPort.postMessage({ id: 1, op: 'health', ask: {} }); parentPort.postMessage({ id: 2, op: 'journal', ask: {} });";
  const tells =
    "parentPort.on('message', (message) => 'id' in message && parentPort.postMessage({ event: 'fault', text: JSON.stringify(message) }));";
  const { web, told } = watch(`${STOPS}${tells}${asks}`, {
    health: () => 'well' as never,
    journal: () => Promise.reject(new Error('not open yet')),
  });
  web.start();
  await until(() => told.length === 2, 10_000);
  await web.close();
  expect(told).toEqual(['fault {"id":1,"answer":"well"}', 'fault {"id":2,"error":"not open yet"}']);
});
