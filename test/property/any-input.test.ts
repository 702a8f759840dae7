import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { describeValues } from '../../src/reading/describe.ts';
import { readObjects } from '../../src/reading/reading.ts';
import { NETHERLANDS } from '../../src/reading/time.ts';
import { readChecksum } from '../../src/telegram/checksum.ts';
import { parseCosem } from '../../src/telegram/cosem.ts';
import { Framer, LONGEST_TELEGRAM } from '../../src/telegram/framer.ts';
import { createDice } from '../support/dice.ts';
import { withChecksum } from '../support/telegrams.ts';

const CONTEXT = { site: NETHERLANDS, receivedAt: new Date('2026-07-05T10:30:00Z') };
const MEGABYTE = 1_000_000;

function parse(bytes: Buffer): void {
  const { objects } = parseCosem(bytes);
  readObjects(objects, CONTEXT);
  for (const object of objects) describeValues(object, CONTEXT);
  readChecksum(bytes);
}

/** The least that can be done with bytes: to look at each. */
function look(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at++) sum += bytes[at] as number;
  return sum;
}

/** Microseconds of this process; the best of some runs, for others use the machine too. */
function cpuOf(work: () => unknown): number {
  const runs = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.max(1, Math.min(...runs));
}

test.each(['(', ')', '()', '((1)', '7', '/', '!', '*', '.', '-', ' ', '\0', '\xff'])(
  'four million of %j are parsed in the time that it takes to look at each byte a few times',
  (text) => {
    const bytes = Buffer.alloc(4 * MEGABYTE, text, 'latin1');
    // To look takes 4 ms where 100 ms are wanted; a second look at the rest for each byte would take millions of times that.
    expect(cpuOf(() => parse(bytes)) / cpuOf(() => look(bytes))).toBeLessThan(100);
  },
);

test.each([
  ['', '\r\n'],
  ['', '\r'],
  ['', '\r\n('],
  ['', '1.8.0\r\n'],
  ['', '1-0:1.8.0(1*kWh)\r\n'],
  ['', '0-1:24.3.0(1)(1)(1)(1)\r\n'],
  ['1-0:1.8.0(', '0'],
  ['0-0:96.13.0(', '3A'],
  ['1-0:31.4.0(1', ',1*A'],
  ['1-0:99.97.0(9)(0-0:96.7.19)', '(260101000000W)(1*s)'],
  ['0-0:98.1.0(9)(1-0:1.6.0)(1-0:1.6.0)', '(260101000000W)(260101000000W)(1*kW)'],
  ['0-0:98.1.0(260101000000W)', '(1*kWh)'],
  ['0-1:24.3.0(260101000000)(00)(60)(1)(0-1:24.2.1)(m3)', '\r\n(1)'],
])(
  'a telegram of %j and then %j without an end takes no sixteen times as long when it is four times as long',
  (begin, more) => {
    const [once, fourTimes] = [MEGABYTE / 8, MEGABYTE / 2].map((length) =>
      Buffer.concat([Buffer.from(`/ISK5\r\n\r\n${begin}`), Buffer.alloc(length, more), Buffer.from(')\r\n!')]),
    );
    expect(cpuOf(() => parse(fourTimes!)) / cpuOf(() => parse(once!))).toBeLessThan(10);
  },
);

test('every byte value at every place is survived', () => {
  const telegram = withChecksum(
    '/ISK5\r\n\r\n0-0:1.0.0(260705123000S)\r\n1-0:1.8.1(1.5*kWh)\r\n0-1:24.2.1(260705120000S)\r\n(1.5*m3)\r\n!',
  );
  for (let place = 0; place < telegram.length; place++) {
    const bytes = Buffer.from(telegram);
    for (let value = 0; value < 256; value++) {
      bytes[place] = value;
      parse(bytes);
      const framer = new Framer({ source: 'meter', checksum: 'absent' });
      const found = [...framer.push(bytes, 0), ...framer.idle(Infinity)];
      const rawBytes = found.reduce((sum, { raw }) => sum + raw.length, 0);
      if (rawBytes + framer.noiseBytes > bytes.length) expect.fail(`byte ${value} at ${place} came out twice`);
    }
  }
});

test('a framer holds one telegram at most, however much noise there is', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const dice = createDice(11);
  const noise = Buffer.from(
    Array.from({ length: 4 * LONGEST_TELEGRAM }, () => '/!()\r\nA1\xff\0'.charCodeAt(dice() * 10)),
  );
  const framer = new Framer({ source: 'meter', checksum: 'auto' });
  const held = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  framer.push(noise, 0);
  const before = held();
  for (let at = 1; at <= 100; at++) framer.push(noise, at);
  expect(held() - before).toBeLessThan(MEGABYTE);
});
