import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { fixture } from '../support/telegrams.ts';

describe('several meters', () => {
  test('each server has the telegrams of the meter that it is for, and no others', async ({ scene }) => {
    const [home, shed, both] = [await scene.server(), await scene.server(), await scene.server()];
    const [homeLine, shedLine] = [await scene.tcpLine(), await scene.tcpLine()];
    const [atHome, atShed, alsoHome] = endpointsOf({ home: [home, 'v1'], shed: [shed, 'v1'], both: [both, 'v1'] });
    await scene.service({
      config: {
        sources: [
          { ...homeLine.source, name: 'house' },
          { ...shedLine.source, name: 'shed' },
        ],
        endpoints: [
          { ...atHome, source: 'house' },
          { ...atShed, source: 'shed' },
          { ...alsoHome, source: 'house' },
        ],
      },
    });
    await Promise.all([homeLine.opened(), shedLine.opened()]);

    const [ofHouse, ofShed] = [scene.telegrams(30, { seed: 1 }), scene.telegrams(20, { seed: 2 })];
    await Promise.all([print(homeLine, ofHouse, 30), print(shedLine, ofShed, 45)]);
    await until(() => home.rows.length >= 30 && shed.rows.length >= 20 && both.rows.length >= 30, 20_000);

    expect(telegramsAt(home)).toEqual(asText(ofHouse));
    expect(telegramsAt(shed)).toEqual(asText(ofShed));
    expect(telegramsAt(both)).toEqual(asText(ofHouse));
  });

  test('without a word on which meter each server is for: refused, every server named', async ({ scene }) => {
    const source = { type: 'simulator' };
    const endpoint = { type: 'dsmr-v1', url: 'http://127.0.0.1:1', key: 'k' };
    const config = {
      sources: [
        { ...source, name: 'one' },
        { ...source, name: 'two' },
      ],
      endpoints: [
        { ...endpoint, name: 'a' },
        { ...endpoint, name: 'b' },
      ],
    };
    const { code, stderr } = await scene.command(['run'], { config });

    expect(code).toBe(78);
    for (const index of [0, 1])
      expect(stderr).toContain(`endpoints[${index}].source: missing, expected one of one, two`);
  });
});

test('an interval lets the first telegram of each stretch through, by the clock of the meter', async ({ scene }) => {
  const [all, few] = [await scene.server(), await scene.server()];
  const line = await scene.tcpLine();
  const [everything, thinned] = endpointsOf({ everything: [all, 'v1'], thinned: [few, 'v2'] });
  const service = await scene.service({
    config: { source: line.source, endpoints: [everything, { ...thinned, interval: '10s' }] },
  });
  await line.opened();

  await print(line, scene.telegrams(60), 10);
  const stamps = scene.stamps(60);
  const expected = stamps.filter((stamp, index) => index === 0 || stamp % 10_000 === 0);
  await until(() => all.rows.length >= 60 && few.rows.length >= expected.length, 20_000);
  await until(async () => (await service.outbox()).every(({ waiting }) => waiting === 0), 15_000);

  expect(stampsAt(few)).toEqual(expected);
  expect((await service.outbox())[1]).toMatchObject({ delivered: expected.length, thinned: 60 - expected.length });
});

describe('run --until-delivered', () => {
  test('with a capture: ends once every server has all of it, also one that was away', async ({ scene }) => {
    const [home, vps] = [await scene.server(), await scene.server()];
    const telegrams = scene.telegrams(300);
    const path = join(await scene.folder(), 'capture.bin');
    await writeFile(path, Buffer.concat(telegrams));
    await vps.stop();
    const service = await scene.service({
      config: { source: { type: 'file', path }, endpoints: endpointsOf({ home: [home, 'v1'], vps: [vps, 'v2'] }) },
      args: ['--until-delivered'],
    });
    await until(() => home.rows.length >= 300, 20_000);
    await wait(1_000);
    expect(service.isRunning).toBe(true);
    await vps.start();

    expect(await service.exited()).toBe(0);
    expect(telegramsAt(home)).toEqual(asText(telegrams));
    expect(stampsAt(vps)).toEqual(scene.stamps(300));
  });

  test('with a capture that is not there: one line names it, and the exit code is 1', async ({ scene }) => {
    const path = join(await scene.folder(), 'nothing.bin');
    const service = await scene.launch({ config: { source: { type: 'file', path } }, args: ['--until-delivered'] });

    expect(await service.exited()).toBe(1);
    expect(service.lines.at(-1)).toContain(`cannot go on: ${path}: no such file`);
  });

  test('with a damaged telegram in a capture: the others are delivered, and the exit code is 1', async ({ scene }) => {
    const home = await scene.server();
    const telegrams = scene.telegrams(20);
    const damaged = Buffer.from(telegrams[9]!);
    damaged[200] = (damaged[200] ?? 0) ^ 1;
    const service = await scene.launch({
      config: { source: { type: 'file', path: '-' }, endpoints: endpointsOf({ home: [home, 'v1'] }) },
      args: ['--until-delivered'],
      input: Buffer.concat(telegrams.with(9, damaged)),
    });

    expect(await service.exited()).toBe(1);
    expect(telegramsAt(home)).toEqual(asText(telegrams.toSpliced(9, 1)));
    expect(service.lines).toContainEqual(expect.stringMatching(/not everything was delivered: 1 rejected$/));
  });

  test('with the gas channel named: it is the one that goes through v2', async ({ scene }) => {
    const [named, found] = [await scene.server(), await scene.server()];
    const [toNamed, toFound] = endpointsOf({ named: [named, 'v2'], found: [found, 'v2'] });
    const path = join(await scene.folder(), 'capture.bin');
    await writeFile(path, fixture('lu-smarty-1.1.3.txt'));
    const file = { type: 'file', path, timeZone: 'Europe/Luxembourg' };
    const service = await scene.service({
      config: {
        sources: [
          { ...file, name: 'one', gasChannel: 1 },
          { ...file, name: 'two' },
        ],
        endpoints: [
          { ...toNamed, source: 'one' },
          { ...toFound, source: 'two' },
        ],
      },
      args: ['--until-delivered'],
    });

    expect(await service.exited()).toBe(0);
    expect(named.rows.map(({ reading }) => reading['extra_device_delivered'])).toEqual(['0.006']);
    expect(found.rows.map(({ reading }) => reading['extra_device_delivered'])).toEqual(['28.103']);
  });

  test('with standard input: everything that came through the pipe is delivered, and the exit code is 0', async ({
    scene,
  }) => {
    const home = await scene.server();
    const telegrams = scene.telegrams(100);
    const service = await scene.launch({
      config: { source: { type: 'file', path: '-' }, endpoints: endpointsOf({ home: [home, 'v1'] }) },
      args: ['--until-delivered'],
      input: Buffer.concat(telegrams),
    });

    expect(await service.exited()).toBe(0);
    expect(telegramsAt(home)).toEqual(asText(telegrams));
    expect(service.lines.at(-1)).toMatch(/INFO +stopped$/);
  });
});

test('sixteen meters in one house are told of in lines of the log, and in nothing else', async ({ scene }) => {
  const sources = Array.from({ length: 16 }, (_, index) => ({
    ...{ name: `meter-${index}`, type: 'http', url: 'http://127.0.0.1:9' },
  }));
  const service = await scene.service({ config: { sources } });
  await until(
    () => sources.every(({ name }) => service.lines.some((line) => line.includes(`source ${name}: `))),
    10_000,
  );
  expect(service.lines.filter((line) => !/^\d{4}-\d\d-\d\dT\S+ (INFO|WARN) /.test(line))).toEqual([]);
});
