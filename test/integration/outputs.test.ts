import { describe, expect } from 'vitest';
import { readLines, type Line } from '../support/line-protocol.ts';
import { Receiver, type Came } from '../support/receiver.ts';
import { test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';

const TOKEN = 'token-which-nobody-may-see';
const SOURCES = [
  { type: 'simulator', name: 'house', interval: '100ms' },
  { type: 'simulator', name: 'barn', interval: '100ms', seed: 7 },
];

async function receiver(scene: Scene): Promise<Receiver> {
  const started = await new Receiver().start();
  scene.atEnd(() => started.stop());
  return started;
}

const linesIn = (came: readonly Came[]): Line[] => came.flatMap(({ body }) => readLines(body.toString()));
const isOf = (meter: string) => (line: Line) => line.measurement === 'p1_electricity' && line.tags['meter'] === meter;

/** Each point once, as InfluxDB has it: the same measurement, tags and time is the same point. */
const pointsIn = (lines: readonly Line[]): Set<string> =>
  new Set(lines.map(({ measurement, tags, time }) => JSON.stringify([measurement, tags, time])));

describe('influx', () => {
  const endpoint = {
    name: 'influx',
    type: 'influx',
    org: 'home',
    bucket: 'energy',
    token: TOKEN,
    tags: { site: 'my home' },
  };

  test('two meters, many telegrams a request, gathered; v2', async ({ scene }) => {
    const influx = await receiver(scene);
    const config = { sources: SOURCES, endpoints: [{ ...endpoint, url: influx.url, gather: '1s' }] };
    const service = await scene.service({ config });
    await until(async () => (await service.health()).endpoints[0]!.delivered >= 30, 15_000);
    const { headers, path, query } = influx.came[0]!;
    expect(path).toBe('/api/v2/write');
    expect(Object.fromEntries(query)).toEqual({ precision: 's', org: 'home', bucket: 'energy' });
    expect(headers).toMatchObject({ authorization: `Token ${TOKEN}`, 'content-encoding': 'gzip' });
    const lines = linesIn(influx.came);
    for (const meter of ['house', 'barn']) expect(lines.filter(isOf(meter)).length).toBeGreaterThan(5);
    for (const { tags } of lines) expect(tags['site']).toBe('my home');
    const { delivered } = (await service.health()).endpoints[0]!;
    expect(influx.came.length).toBeLessThan(delivered / 5);
    expect(service.lines.join('\n')).not.toContain(TOKEN);
  });

  test('v1, with user, password and retention policy', async ({ scene }) => {
    const influx = await receiver(scene);
    const v1 = { api: 'v1', database: 'p1', retentionPolicy: 'a_year', user: 'me', password: TOKEN, gather: '0s' };
    await scene.service({
      config: { source: SOURCES[0], endpoints: [{ type: 'influx', url: `${influx.url}/`, ...v1 }] },
    });
    await until(() => influx.came.length > 0, 10_000);
    const { headers, path, query } = influx.came[0]!;
    expect(path).toBe('/write');
    expect(Object.fromEntries(query)).toEqual({ precision: 's', db: 'p1', rp: 'a_year' });
    expect(headers.authorization).toBe(`Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}`);
  });

  test('a server that is away, too busy, and takes only few lines at once: nothing is lost, nothing is another point', async ({
    scene,
  }) => {
    const influx = await receiver(scene);
    const telegrams = scene.telegrams(300);
    const line = await scene.tcpLine();
    const config = { source: line.source, endpoints: [{ ...endpoint, url: influx.url, gather: '200ms', rate: 'off' }] };
    const taken: Came[] = [];
    let asked = 0;
    influx.answer = (came) => {
      asked += 1;
      if (asked === 2) return { status: 429, headers: { 'retry-after': '1' } };
      if (asked === 3) return (response) => response.destroy();
      if (came.body.length > 20_000) return { status: 413, body: '{"code":"request too large"}' };
      taken.push(came);
      // Stored, and nobody hears of it.
      if (asked === 4) return (response) => response.destroy();
      return 204;
    };
    const service = await scene.service({ config });
    await influx.stop();
    await line.opened();
    await line.write(Buffer.concat(telegrams));
    await until(async () => (await service.health()).sources[0]!.accepted === 300, 10_000);
    await influx.start();
    await until(async () => (await service.health()).endpoints[0]!.waiting === 0, 30_000);
    const seconds = [
      ...new Set(
        linesIn(taken)
          .filter(({ measurement }) => measurement === 'p1_electricity')
          .map(({ time }) => time * 1_000),
      ),
    ];
    expect(seconds.toSorted((a, b) => a - b)).toEqual(scene.stamps(300));
    expect([...pointsIn(linesIn(taken))].filter((point) => point.includes('"p1_electricity"'))).toHaveLength(300);
    expect((await service.health()).endpoints[0]).toMatchObject({
      delivered: 300,
      refused: 0,
      dropped: 0,
      possiblyTwice: 0,
    });
  });

  test('one line that is wrong costs its telegram, which is a dead letter with what the server said', async ({
    scene,
  }) => {
    const influx = await receiver(scene);
    const telegrams = scene.telegrams(40);
    const line = await scene.tcpLine();
    const [bad] = scene.stamps(18).slice(-1);
    influx.answer = ({ body }) =>
      body.includes(` ${bad! / 1_000}`)
        ? { status: 400, body: '{"code":"invalid","message":"partial write: field type conflict dropped=1"}' }
        : 204;
    const config = { source: line.source, endpoints: [{ ...endpoint, url: influx.url, gather: '500ms' }] };
    const service = await scene.service({ config });
    await line.opened();
    await line.write(Buffer.concat(telegrams));
    await until(async () => (await service.health()).endpoints[0]!.refused === 1, 20_000);
    await until(async () => (await service.health()).endpoints[0]!.waiting === 0, 10_000);
    expect((await service.health()).endpoints[0]).toMatchObject({ delivered: 39, refused: 1 });
    const { stdout } = await scene.command(['outbox', 'dead', '--json'], {
      config,
      stateDir: service.stateDir,
    });
    expect(stdout).toContain('partial write: field type conflict');
  });

  test('a wrong token pauses it, said once with the remedy', async ({ scene }) => {
    const influx = await receiver(scene);
    influx.answer = () => ({ status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' });
    const config = { source: SOURCES[0], endpoints: [{ ...endpoint, url: influx.url, gather: '0s' }] };
    const service = await scene.service({ config });
    await until(() => service.lines.some((said) => said.includes('endpoint influx: paused')), 10_000);
    const said = service.lines.filter((one) => one.includes('endpoint influx'));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/answered 401: .*unauthorized access.*; set token \(v2\)/);
  });
});

test('check --online says of each what it can know without sending a telegram', async ({ scene }) => {
  const [influx, program] = [await receiver(scene), await receiver(scene)];
  const endpoints = [
    { type: 'influx', url: influx.url, bucket: 'energy' },
    { type: 'webhook', url: program.url },
  ];
  const config = { source: { type: 'simulator' }, endpoints };
  const { code, stdout } = await scene.command(['check', '--online'], { config });
  expect(code, stdout).toBe(0);
  expect(stdout).toContain('ok  endpoint influx: answers; whether it lets us write shows with the first telegram');
  expect(stdout).toContain('ok  endpoint webhook: not asked');
  expect([influx.came.map(({ path }) => path), program.came]).toEqual([['/ping'], []]);
});

describe('webhook', () => {
  test('each telegram in order, with its number, which stays where it goes again', async ({ scene }) => {
    const program = await receiver(scene);
    const telegrams = scene.telegrams(60);
    const line = await scene.tcpLine();
    const config = { source: line.source, endpoints: [{ type: 'webhook', url: `${program.url}/p1`, rate: 'off' }] };
    let asked = 0;
    program.answer = () => (++asked === 5 ? 503 : asked === 9 ? (response) => response.destroy() : 200);
    const service = await scene.service({ config });
    await line.opened();
    await line.write(Buffer.concat(telegrams));
    await until(async () => (await service.health()).endpoints[0]!.delivered === 60, 20_000);
    const ids = program.came.map(({ headers }) => String(headers['webhook-id']));
    const sequences = program.came.map(({ body }) => (JSON.parse(body.toString()) as { sequence: number }).sequence);
    // Two came twice: what was not taken, and what nobody heard of.
    expect(program.came).toHaveLength(62);
    expect(new Set(ids).size).toBe(60);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect((await service.health()).endpoints[0]).toMatchObject({ delivered: 60, possiblyTwice: 1, refused: 0 });
  });
});
