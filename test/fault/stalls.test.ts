import { readFileSync } from 'node:fs';
import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { record } from '../support/findings.ts';
import { print } from '../support/meter-line.ts';
import { changesIn } from '../support/power-cut/disk-log.ts';
import { COMPILER, DiskShim } from '../support/power-cut/disk-shim.ts';
import { asText, endpointsOf, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { describeWithTools } from '../support/tools.ts';
import { addKey, askWeb, HTTP, webUrl } from '../support/web.ts';

/** How long each sync takes; the long form has one that is longer than most time-outs. */
const STALLS_S = [0.4, 2, ...(process.env['P1_RELAY_STALLS'] === 'all' ? [10] : [])];
/** Twenty times as fast as a meter. */
const EVERY_MS = 50;
const CATCH_UP_MS = 120_000;
/** Whoever posts is told to try later after 15 s. */
const LONG_STALL_MS = 20_000;

describeWithTools('a card that stalls', [COMPILER], () => {
  let shim: DiskShim;
  beforeAll(() => {
    shim = new DiskShim();
  });
  afterAll(() => shim.remove());

  test.concurrent.for(STALLS_S)(
    'for %s s at each sync: every telegram arrives, once, in order; the service lives, and stops when it is asked to',
    { timeout: 2 * CATCH_UP_MS },
    async (stallS, { scene }) => {
      const { service, server, line, stall, syncs } = await startOnCard(shim, scene);
      const syncsBefore = syncs();
      await stall(stallS * 1_000);
      const telegrams = scene.telegrams(Math.round((2_000 + 2_000 * stallS) / EVERY_MS));
      await print(line, telegrams, EVERY_MS);

      const printedAtMs = performance.now();
      await until(() => server.rows.length >= telegrams.length, CATCH_UP_MS).catch(() => undefined);
      const recoveredInMs = performance.now() - printedAtMs;
      const { sources } = await service.health();
      const code = await service.stop();

      const [sent, arrived] = [asText(telegrams), telegramsAt(server)];
      record({
        fault: `each sync takes ${stallS} s`,
        tried: syncs() - syncsBefore,
        ...fates(sent, arrived),
        recoveredInMs,
      });
      expect(arrived).toEqual(sent);
      expect(sources).toMatchObject([{ accepted: sent.length, lost: 0 }]);
      expect(code).toBe(0);
      expect(syncs() - syncsBefore).toBeGreaterThan(2);
    },
  );

  test(
    'whoever posts waits for it, or is told to try later; what is posted again is kept once',
    { timeout: 2 * CATCH_UP_MS },
    async ({ scene }) => {
      const { server, url, key, stall } = await startHubOnCard(shim, scene);
      const [first, second] = asText(scene.telegrams(2));
      const post = async (telegram = '') => {
        const headers = { 'x-authkey': key, 'content-type': 'application/x-www-form-urlencoded' };
        const body = `telegram=${encodeURIComponent(telegram)}`;
        const path = '/api/v1/datalogger/dsmrreading';
        return askWeb(url, path, { method: 'POST', headers, body, patienceMs: CATCH_UP_MS });
      };
      await stall(3_000);
      expect((await post(first)).status).toBe(201);

      await stall(LONG_STALL_MS);
      const late = await post(second);
      expect([late.status, late.headers['retry-after']]).toEqual([503, '5']);
      await stall(0);
      expect((await post(second)).status).toBe(201);
      await until(() => server.rows.length >= 2, CATCH_UP_MS);
      expect((await post(second)).status).toBe(201);
      expect(telegramsAt(server)).toEqual([first, second]);
    },
  );
});

/** A service that is posted to, whose journal lies on a card that stalls when it is told to. */
async function startHubOnCard(shim: DiskShim, scene: Scene) {
  const [server, stateDir, beside] = [await scene.server(), await realpath(await scene.folder()), await scene.folder()];
  const [log, stall] = [join(beside, 'log'), join(beside, 'stall')];
  const config = {
    source: { type: 'ingest', name: 'esp' },
    endpoints: endpointsOf({ home: [server, 'v1'] }),
    http: HTTP,
    compat: { dsmrReader: { enabled: true } },
  };
  const env = shim.environment({ folder: stateDir, log, stall });
  const key = addKey(stateDir, 'sender', ['ingest:write']);
  const service = await scene.service({ config, stateDir, env });
  const url = await webUrl(service);
  await until(async () => (await askWeb(url, '/readyz')).status === 200, CATCH_UP_MS);
  return { server, url, key, stall: async (ms: number) => writeFile(stall, String(ms)) };
}

/** A service whose journal lies on a card that stalls when it is told to. */
async function startOnCard(shim: DiskShim, scene: Scene) {
  const [server, line, stateDir, beside] = [
    await scene.server(),
    await scene.line(),
    await realpath(await scene.folder()),
    await scene.folder(),
  ];
  const [log, stall] = [join(beside, 'log'), join(beside, 'stall')];
  const service = await scene.service({
    config: {
      source: line.source,
      endpoints: endpointsOf({ home: [server, 'v1'] }),
      journal: { syncInterval: '1s' },
    },
    stateDir,
    env: shim.environment({ folder: stateDir, log, stall }),
  });
  await line.opened();
  return {
    service,
    server,
    line,
    stall: (ms: number) => writeFile(stall, String(ms)),
    syncs: () => changesIn(readFileSync(log)).filter(({ kind }) => kind === 'sync').length,
  };
}

function fates(sent: readonly string[], arrived: readonly string[]) {
  const firsts = [...new Set(arrived)];
  const order = firsts.map((telegram) => sent.indexOf(telegram));
  return {
    lost: sent.length - firsts.length,
    twice: arrived.length - firsts.length,
    outOfOrder: order.filter((place, index) => index > 0 && place < order[index - 1]!).length,
  };
}
