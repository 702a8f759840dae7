import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { print, type MeterLine } from '../support/meter-line.ts';
import { describeWithPty } from '../support/pty.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test, type Scene } from '../support/scene.ts';
import { createDice } from '../support/dice.ts';
import { runCommand, until } from '../support/service.ts';

const MARK = '!'.charCodeAt(0);

describeWithPty('a serial line that stops in the middle of telegrams', () => {
  test('a pause between the ! and the checksum costs nothing, 2 s of it either', async ({ scene }) => {
    const { home, line } = await readBy(scene, await scene.serialLine());
    await line.opened();

    const telegrams = scene.telegrams(20);
    for (const [index, telegram] of telegrams.entries()) {
      const behindMark = telegram.lastIndexOf(MARK) + 1;
      await line.write(telegram.subarray(0, behindMark));
      await wait(index % 10 === 0 ? 2_000 : 500);
      await line.write(telegram.subarray(behindMark));
      await wait(50);
    }
    await until(() => home.rows.length >= 20, 15_000);

    expect(telegramsAt(home)).toEqual(asText(telegrams));
  });
});

test('wherever two reads divide a telegram, it arrives as printed, from its / to its checksum', async ({ scene }) => {
  const { home, line } = await readBy(scene, await scene.tcpLine());
  await line.opened();

  const [first] = scene.telegrams(1);
  const telegrams = scene.telegrams(first!.length - 1);
  for (const [index, telegram] of telegrams.entries()) {
    await line.write(telegram.subarray(0, index + 1));
    await wait(2);
    await line.write(telegram.subarray(index + 1));
  }
  await until(() => home.rows.length >= telegrams.length, 30_000);

  expect(telegramsAt(home).map(withoutLineEnd)).toEqual(asText(telegrams).map(withoutLineEnd));
});

test('a flipped bit in every fourth telegram: those are rejected, counted and kept for a diagnosis', async ({
  scene,
}) => {
  const { home, line, config, service } = await readBy(scene, await scene.line());
  await line.opened();

  const dice = createDice(4);
  const telegrams = scene.telegrams(20);
  const isGood = (_: unknown, index: number): boolean => index % 4 !== 3;
  const printed = telegrams.map((telegram, index) => (isGood(telegram, index) ? telegram : flipBit(telegram, dice)));
  await print(line, printed, 50);
  await until(async () => {
    const { rejected = {} } = (await service.health()).sources[0] ?? {};
    return home.rows.length >= 15 && Object.values(rejected).reduce((sum, count) => sum + count, 0) >= 5;
  }, 15_000);
  const { sources } = await service.health();
  const { stdout } = await runCommand(['health', '--rejected'], { config, stateDir: service.stateDir });
  await service.stop();

  expect(telegramsAt(home)).toEqual(asText(telegrams.filter(isGood)));
  expect(sources[0]?.rejected).toEqual({ checksum: 5 });
  for (const bad of printed.filter((_, index) => index % 4 === 3)) expect(stdout).toContain(bad.toString('latin1'));
  expect(service.lines.filter((text) => text.includes('rejected'))).toEqual([
    expect.stringMatching(/source meter: rejected 5 telegrams since the last summary \(checksum 5\); .*cable/),
  ]);
});

test('a device that closes the connection behind every fifth telegram loses none', async ({ scene }) => {
  const { home, line } = await readBy(scene, await scene.tcpLine());

  const telegrams = scene.telegrams(20);
  for (let next = 0; next < telegrams.length; next += 5) {
    await line.opened();
    await print(line, telegrams.slice(next, next + 5), 50);
    await line.hangUp();
  }
  await until(() => home.rows.length >= 20, 15_000);

  expect(telegramsAt(home)).toEqual(asText(telegrams));
});

test('a device that closes the connection in the middle of a telegram loses that one, and no other', async ({
  scene,
}) => {
  const { home, line, service } = await readBy(scene, await scene.tcpLine());

  const telegrams = scene.telegrams(3);
  await line.opened();
  await print(line, [telegrams[0]!, telegrams[1]!.subarray(0, 300)], 20);
  await line.hangUp();
  await line.opened();
  await print(line, [telegrams[2]!], 0);
  await until(() => home.rows.length >= 2, 15_000);

  const [first, , third] = scene.stamps(3);
  expect(stampsAt(home)).toEqual([first, third]);
  expect((await service.health()).sources[0]?.rejected).toEqual({ truncated: 1 });
});

test('garbage between telegrams costs none of them', async ({ scene }) => {
  const { home, line, service } = await readBy(scene, await scene.tcpLine());
  await line.opened();

  const dice = createDice(7);
  const telegrams = scene.telegrams(20);
  const pieces = telegrams.flatMap((telegram) => [garbage(dice, 5_000), Buffer.from('\r\n'), telegram]);
  await print(line, pieces, 5);
  await until(() => home.rows.length >= 20, 15_000);

  expect(telegramsAt(home)).toEqual(asText(telegrams));
  expect(service.isRunning).toBe(true);
});

test('telegrams without a checksum are not taken from a meter that should print one, and the log says how to', async ({
  scene,
}) => {
  const { home, line, service } = await readBy(scene, await scene.tcpLine());
  await line.opened();

  const bare = scene.telegrams(3).map((telegram) => telegram.subarray(0, telegram.lastIndexOf(MARK) + 1));
  await print(line, [...bare.map((bytes) => Buffer.concat([bytes, Buffer.from('\r\n')])), scene.telegrams(4)[3]!], 50);
  await until(() => home.rows.length > 0, 15_000);
  await service.stop();

  expect(stampsAt(home)).toEqual([scene.stamps(4)[3]]);
  expect(service.lines).toContainEqual(
    expect.stringMatching(/source meter: rejected 3 telegrams .*checksum-missing 3.*set checksum: absent/),
  );
});

test('a line on which no telegram is ever heard is one line of the log with what to look at', async ({ scene }) => {
  const line = await scene.tcpLine();
  const service = await scene.service({ config: { source: line.source } });
  await line.opened();

  // A telegram read at the wrong polarity: mostly bytes with all bits set.
  await print(
    line,
    Array.from({ length: 20 }, () => Buffer.alloc(500, 0xfe)),
    10,
  );
  await until(async () => (await service.health()).sources[0]?.noiseBytes === 10_000, 15_000);
  await service.stop();

  expect(service.lines.filter((text) => text.includes('no telegram'))).toEqual([
    expect.stringMatching(
      /WARN +source meter: no telegram: what comes looks like a line of the wrong polarity.*; use a cable that inverts/,
    ),
  ]);
});

/** A service that reads this line for one server. */
async function readBy<Line extends MeterLine>(scene: Scene, line: Line) {
  const home = await scene.server();
  const config = { source: line.source, endpoints: endpointsOf({ home: [home, 'v1'] }) };
  return { home, line, config, service: await scene.service({ config }) };
}

/** A telegram ends with its checksum: a line end that comes later than that is not waited for. */
const withoutLineEnd = (telegram: string): string => telegram.trimEnd();

/** One bit of the objects, which stand between the blank line and the `!`. */
function flipBit(telegram: Buffer, dice: () => number): Buffer {
  const flipped = Buffer.from(telegram);
  const [begin, end] = [telegram.indexOf('\r\n\r\n') + 4, telegram.lastIndexOf(MARK)];
  const place = begin + Math.floor(dice() * (end - begin));
  flipped[place]! ^= 1 << Math.floor(dice() * 7);
  return flipped;
}

function garbage(dice: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(dice() * 256)));
}
