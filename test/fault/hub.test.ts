import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { createDice } from '../support/dice.ts';
import type { DsmrReader } from '../support/dsmr-reader.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';
import { addKey, askWeb } from '../support/web.ts';

/** A service that others post to, in front of a DSMR-reader, and killed again and again. */

const KILLS = 4;
const EVERY_MS = 10;
const LONGEST_MS = 120_000;
const QUICK = { rate: 'off', timeout: '2s', verifyWindow: '1s' };

class Hub {
  readonly url: string;
  readonly key: string;
  readonly #start: () => Promise<Service>;
  #service: Service | undefined;

  constructor(url: string, key: string, start: () => Promise<Service>) {
    this.url = url;
    this.key = key;
    this.#start = start;
  }

  /** It serves again when this resolves. */
  async start(): Promise<void> {
    this.#service = await this.#start();
    const isServing = async (): Promise<boolean> => {
      const headers = { 'x-authkey': this.key };
      return askWeb(this.url, '/api/v2/application/version', { headers }).then(
        ({ status }) => status === 200,
        () => false,
      );
    };
    await until(isServing, LONGEST_MS);
  }

  async kill(): Promise<void> {
    await this.#service?.kill();
  }

  async waiting(): Promise<number> {
    const [row] = (await this.#service?.outbox()) ?? [];
    return row?.waiting ?? NaN;
  }
}

async function openHub(scene: Scene, server: DsmrReader): Promise<Hub> {
  const [stateDir, port] = [await scene.folder(), await freePort()];
  const config = {
    source: { type: 'ingest', name: 'esp' },
    endpoints: endpointsOf({ home: [server, 'v1'] }, QUICK),
    http: { enabled: true, listen: `127.0.0.1:${port}` },
    compat: { dsmrReader: { enabled: true } },
  };
  const key = addKey(stateDir, 'sender', ['ingest:write', 'usage:read', 'status:read']);
  const hub = new Hub(`http://127.0.0.1:${port}`, key, () => scene.service({ config, stateDir }));
  await hub.start();
  return hub;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test(
  `another p1-relay posts to one that is killed ${KILLS} times: behind it each telegram arrives once, in order`,
  { timeout: 3 * LONGEST_MS },
  async ({ scene }) => {
    const [server, line, dice] = [await scene.server(), await scene.tcpLine(), createDice(1)];
    const hub = await openHub(scene, server);
    const stateDir = await scene.folder();
    const endpoints = [{ name: 'hub', type: 'dsmr-v1', url: hub.url, key: hub.key, ...QUICK }];
    const start = () => scene.service({ config: { source: line.source, endpoints }, stateDir });
    let sender = await start();
    const telegrams = scene.telegrams(250);

    const printing = (async () => {
      for (const telegram of telegrams) {
        await line.write(telegram);
        await wait(EVERY_MS);
      }
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      await wait(200 + 600 * dice());
      await hub.kill();
      await wait(300 * dice());
      await hub.start();
    }
    await printing;
    await until(async () => (await sender.health()).sources[0]?.accepted === telegrams.length, LONGEST_MS);
    await sender.kill();
    sender = await start();
    await until(async () => (await sender.outbox())[0]?.waiting === 0, LONGEST_MS);
    await until(async () => (await hub.waiting()) === 0, LONGEST_MS);

    expect(telegramsAt(server)).toEqual(asText(telegrams));
    expect(stampsAt(server)).toEqual(scene.stamps(telegrams.length));
  },
);

test(
  `the official script, which never posts again, to one that is killed ${KILLS} times: what it was told is taken arrives once`,
  { timeout: 2 * LONGEST_MS },
  async ({ scene }) => {
    const [server, dice] = [await scene.server(), createDice(2)];
    const hub = await openHub(scene, server);
    const telegrams = asText(scene.telegrams(300));
    const headers = {
      'X-AUTHKEY': hub.key,
      'Content-Type': 'application/x-www-form-urlencoded',
      Connection: 'keep-alive',
    };
    const taken: string[] = [];

    const posting = (async () => {
      for (const telegram of telegrams) {
        const body = `telegram=${encodeURIComponent(telegram)}`;
        const asking = { method: 'POST', headers, body };
        const answer = await askWeb(hub.url, '/api/v1/datalogger/dsmrreading', asking).catch(() => undefined);
        if (answer?.status === 201) taken.push(telegram);
        // One that cannot connect waits for its next telegram, as the script does.
        await wait(answer === undefined ? 10 * EVERY_MS : EVERY_MS);
      }
    })();
    for (let kill = 0; kill < KILLS; kill++) {
      await wait(100 + 300 * dice());
      await hub.kill();
      await hub.start();
    }
    await posting;
    await until(async () => (await hub.waiting()) === 0, LONGEST_MS);

    const arrived = telegramsAt(server);
    expect(taken.length).toBeGreaterThan(50);
    expect(new Set(arrived).size).toBe(arrived.length);
    expect(taken.filter((telegram) => !arrived.includes(telegram))).toEqual([]);
  },
);

test('an endpoint that points back to its own service is paused at the first telegram, which is kept once', async ({
  scene,
}) => {
  const [stateDir, port] = [await scene.folder(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const key = addKey(stateDir, 'self', ['ingest:write', 'usage:read', 'status:read']);
  const config = {
    sources: [
      { type: 'simulator', name: 'house', interval: '100ms' },
      { type: 'ingest', name: 'esp' },
    ],
    endpoints: [{ name: 'self', type: 'dsmr-v1', source: 'house', url, key, ...QUICK }],
    http: { enabled: true, listen: `127.0.0.1:${port}` },
    compat: { dsmrReader: { enabled: true } },
  };
  const service = await scene.service({ config, stateDir });
  await until(async () => (await service.outbox())[0]?.state === 'paused', LONGEST_MS);
  const { sources, endpoints } = await service.health();
  expect(endpoints[0]?.reason).toContain('409: p1-relay: this telegram was read here, from source house');
  const hasAny = Object.fromEntries(sources.map(({ name, accepted }) => [name, accepted > 0]));
  expect(hasAny).toEqual({ house: true, esp: false });
  expect(service.lines.filter((line) => line.includes('an endpoint sends them back to this service'))).toHaveLength(1);
});

test('two services that post to each other: what was posted to one goes round once, and stops where it began', async ({
  scene,
}) => {
  const [server, ports] = [await scene.server(), [await freePort(), await freePort()]];
  const dirs = [await scene.folder(), await scene.folder()];
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const scopes = ['ingest:write', 'usage:read', 'status:read'] as const;
  const [esp, fromB, fromA] = [
    addKey(dirs[0]!, 'esp', scopes),
    addKey(dirs[0]!, 'neighbour', scopes),
    addKey(dirs[1]!, 'neighbour', scopes),
  ];
  const start = async (n: 0 | 1, key: string, more: Record<string, unknown>[] = []) => {
    const other = { name: 'other', type: 'dsmr-v1', url: urls[1 - n], key, ...QUICK };
    const http = { enabled: true, listen: `127.0.0.1:${ports[n]}` };
    const source = { type: 'ingest', name: 'posted' };
    const config = { source, endpoints: [other, ...more], http, compat: { dsmrReader: { enabled: true } } };
    return scene.service({ config, stateDir: dirs[n]! });
  };
  const [a, b] = [await start(0, fromA, endpointsOf({ home: [server, 'v1'] }, QUICK)), await start(1, fromB)];
  await until(async () => (await askWeb(urls[0]!, '/readyz').catch(() => undefined))?.status === 200, LONGEST_MS);
  await until(async () => (await askWeb(urls[1]!, '/readyz').catch(() => undefined))?.status === 200, LONGEST_MS);

  const telegrams = asText(scene.telegrams(5));
  for (const telegram of telegrams) {
    const headers = { 'X-AUTHKEY': esp, 'Content-Type': 'application/x-www-form-urlencoded' };
    const asking = { method: 'POST', headers, body: `telegram=${encodeURIComponent(telegram)}` };
    expect((await askWeb(urls[0]!, '/api/v1/datalogger/dsmrreading', asking)).status).toBe(201);
  }
  await until(async () => (await b.outbox())[0]?.state === 'paused', LONGEST_MS);
  await until(() => server.rows.length >= telegrams.length, LONGEST_MS);
  await until(async () => (await b.health()).sources[0]?.accepted === telegrams.length, LONGEST_MS);
  expect(telegramsAt(server)).toEqual(telegrams);
  const [atA, atB] = [await a.health(), await b.health()];
  expect(atB.endpoints[0]?.reason).toContain('409: p1-relay: this telegram was read here, from source posted');
  expect([atA.sources[0]?.accepted, atB.sources[0]?.accepted]).toEqual([5, 5]);
  expect(a.lines.filter((line) => line.includes('an endpoint sends them back to this service'))).toHaveLength(1);
});

test('an endpoint that posts what was posted back to its own service is refused at once, by its key', async ({
  scene,
}) => {
  const [stateDir, port] = [await scene.folder(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const scopes = ['ingest:write', 'usage:read', 'status:read'] as const;
  const [key, esp] = [addKey(stateDir, 'self', scopes), addKey(stateDir, 'esp', scopes)];
  const config = {
    source: { type: 'ingest', name: 'posted' },
    endpoints: [{ name: 'self', type: 'dsmr-v2', url, key, ...QUICK }],
    http: { enabled: true, listen: `127.0.0.1:${port}` },
    compat: { dsmrReader: { enabled: true } },
  };
  const service = await scene.service({ config, stateDir });
  await until(async () => (await askWeb(url, '/readyz').catch(() => undefined))?.status === 200, LONGEST_MS);
  const headers = { 'X-AUTHKEY': esp, 'Content-Type': 'application/x-www-form-urlencoded' };
  const body = `telegram=${encodeURIComponent(asText(scene.telegrams(1))[0]!)}`;
  const posted = await askWeb(url, '/api/v1/datalogger/dsmrreading', { method: 'POST', headers, body });
  expect(posted.status).toBe(201);
  await until(async () => (await service.outbox())[0]?.state === 'paused', LONGEST_MS);
  const { sources, endpoints } = await service.health();
  expect(endpoints[0]?.reason).toContain('409: p1-relay: this telegram was read here, from source posted');
  expect(sources[0]?.accepted).toBe(1);
});
