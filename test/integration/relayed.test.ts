import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect } from 'vitest';
import { simulateHouse } from '../../src/simulator/house.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { HTTP, webUrl } from '../support/web.ts';

/** A p1-relay that shows itself as a HomeWizard. @returns its address. */
async function shownAsHomeWizard(scene: Scene, source: Readonly<Record<string, unknown>>): Promise<string> {
  const config = { source, endpoints: [], http: HTTP, compat: { homewizard: { enabled: true } } };
  return webUrl(await scene.service({ config }));
}

describe('a p1-relay behind another one', () => {
  test('has every telegram of a meter that prints each second, once and in order', async ({ scene }) => {
    const first = await shownAsHomeWizard(scene, { type: 'simulator', start: scene.start.toISOString() });
    const server = await scene.server();
    const source = { name: 'meter', type: 'http', url: first, interval: '500ms' };
    const config = { source, endpoints: endpointsOf({ home: [server, 'v1'] }) };
    await scene.service({ config });

    await until(() => server.rows.length >= 8, 20_000);
    const stamps = stampsAt(server);
    expect(stamps).toEqual(stamps.map((_, index) => stamps[0]! + 1_000 * index));

    const { code, stdout } = await scene.command(['check', '--online'], { config });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/ok {2}source meter: gave a telegram of \d+ bytes/)]);
  });

  test('takes what it had before a kill for the same telegram, and says when the meter there is silent', async ({
    scene,
  }) => {
    const line = await scene.tcpLine();
    const first = await shownAsHomeWizard(scene, line.source);
    const [server, stateDir] = [await scene.server(), await scene.folder()];
    const source = { name: 'meter', type: 'http', url: first, interval: '500ms', silence: '2s' };
    const options = { config: { source, endpoints: endpointsOf({ home: [server, 'v1'] }) }, stateDir };
    const [one, two] = scene.telegrams(2) as [Buffer, Buffer];
    await line.opened();
    await line.write(one);

    const killed = await scene.service(options);
    await until(() => server.rows.length === 1, 20_000);
    await killed.kill();
    const service = await scene.service(options);
    const silent = () => service.lines.filter((text) => text.includes('source meter: no new telegram for 2 s: it ans'));
    await until(() => silent().length > 0, 20_000);
    await line.write(two);
    await until(() => server.rows.length === 2, 20_000);
    expect(telegramsAt(server)).toEqual(asText([one, two]));
    expect(silent()).toHaveLength(1);
  });
});

describe('a HomeWizard', () => {
  test('whose API is off, and which shows a web page then, is told of once each, and read once it can be', async ({
    scene,
  }) => {
    const house = simulateHouse({ start: scene.start, seed: 2, phases: 1 });
    const disabled = '{"error":{"id":202,"description":"API not enabled"}}';
    let answered = 0;
    const device = createServer((_, response) => {
      answered += 1;
      if (answered <= 2) response.writeHead(403).end(disabled);
      else if (answered <= 3) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>starting');
      else response.end(house.next().value);
    }).listen(0, '127.0.0.1');
    scene.atEnd(async () => new Promise((closed) => device.close(closed)));
    const server = await scene.server();
    const source = { name: 'meter', type: 'http', url: `http://127.0.0.1:${(device.address() as AddressInfo).port}` };
    const service = await scene.service({ config: { source, endpoints: endpointsOf({ home: [server, 'v1'] }) } });

    await until(() => server.rows.length >= 2, 30_000);
    const told = service.lines.flatMap((text) => / source meter: (?:http\S+ )?(.*)/.exec(text)?.[1] ?? []);
    expect(told).toEqual([
      expect.stringMatching(/^has its local API switched off/),
      expect.stringMatching(/^answers with a web page/),
      'reading',
    ]);
    await service.stop();
    device.closeAllConnections();
  });
});
