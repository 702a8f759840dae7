import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Framer } from '../../src/telegram/framer.ts';
import { History } from '../../src/telegram/history.ts';
import { dsmr22 } from '../support/dsmr22.ts';
import { fixture } from '../support/telegrams.ts';

const INTERVAL_MS = 10_000;

/** What comes of telegrams that a meter without checksums prints ten seconds apart. */
function accepted(telegrams: readonly Buffer[]): string[] {
  const framer = new Framer({ source: 'meter', checksum: 'absent', history: new History() });
  return telegrams
    .flatMap((telegram, index) => framer.push(telegram, index * INTERVAL_MS))
    .concat(framer.idle(Infinity))
    .filter((item) => 'checksum' in item)
    .map(({ raw }) => raw.toString('latin1').trimEnd());
}

/** The telegrams without the bytes from `from` up to `to`, counted over all of them. */
function without(telegrams: readonly Buffer[], from: number, to: number): Buffer[] {
  let begin = 0;
  return telegrams.map((telegram) => {
    const left = Buffer.concat([
      telegram.subarray(0, Math.max(0, from - begin)),
      telegram.subarray(Math.max(0, to - begin)),
    ]);
    begin += telegram.length;
    return left;
  });
}

const evenParity = (text: Buffer): Buffer =>
  Buffer.from(text.map((byte) => (byte.toString(2).replaceAll('0', '').length % 2 === 0 ? byte : byte | 0x80)));

/** Six telegrams of a house: counters grow, tariff and power change. */
const HOUSE = Array.from({ length: 6 }, (_, index) =>
  dsmr22({
    delivered1: `00123.99${index + 3}*kWh`,
    returned1: `00000.00${index}*kWh`,
    power: `0000.${index + 3}1*kW`,
    gas: index < 3 ? '00099.998' : '00100.002',
    gasHour: index < 3 ? '260131140000' : '260131150000',
  }),
);
const textsOf = (telegrams: readonly Buffer[]): Set<string> =>
  new Set(telegrams.map((telegram) => telegram.toString('latin1').trimEnd()));

test.each([
  ['8N1', HOUSE],
  ['7E1', HOUSE.map(evenParity)],
  ['8N1, without a `!`', HOUSE.map((telegram) => telegram.subarray(0, -3))],
])(
  '%s: whatever run of bytes is lost behind the first telegram, none comes out that the meter did not send',
  (_, sent) => {
    const first = sent[0]!.length;
    const all = Buffer.concat(sent).length;
    const texts = textsOf(HOUSE.concat(HOUSE.map((telegram) => telegram.subarray(0, -3))));
    fc.assert(
      fc.property(fc.integer({ min: first, max: all }), fc.nat(2 * first), (from, length) => {
        for (const text of accepted(without(sent, from, from + length))) expect(texts).toContain(text);
      }),
      { seed: 11, numRuns: 1000 },
    );
  },
);

test.each([
  ['DSMR 2.2', dsmr22()],
  ['DSMR 3.0', fixture('nl-dsmr-3.0.txt')],
])('7E1, %s: no single flip yields another telegram', (_, telegram) => {
  const sent = evenParity(telegram);
  const texts = textsOf([telegram]);
  for (let bit = 0; bit < sent.length * 8; bit++) {
    for (const text of accepted([flipped(sent, bit)])) expect(texts).toContain(text);
  }
});

test('8N1: a single flip changes no more than a digit, or the case of a unit, and moves no counter far', () => {
  const sent = dsmr22();
  for (let bit = 0; bit < sent.length * 8; bit++) {
    for (const text of accepted([sent, flipped(sent, bit)]).slice(1)) {
      expect(shapeOf(text)).toBe(shapeOf(sent.toString('latin1').trimEnd()));
      for (const [index, wh] of countersIn(text).entries()) {
        const before = countersIn(sent.toString('latin1'))[index]!;
        expect(wh).toBeGreaterThanOrEqual(before);
        expect(wh).toBeLessThanOrEqual(before + 100_000);
      }
    }
  }
});

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
}

/**
 * A telegram with the digits of its values alike, but for header and identifiers. The status of gas is hexadecimal, and
 * its unit a text of its own.
 */
const shapeOf = (text: string): string =>
  text
    .split('\r\n')
    .map((line) => (/^(\/|0-0:96\.1\.)/.test(line) ? line : line.replaceAll(/(?<=\(.*)[\dA-F]/gs, '#')))
    .join('\n')
    .replace('(M#)', '(m#)');

const countersIn = (text: string): number[] =>
  [...text.matchAll(/^1-0:[12]\.8\.\d\((\d+)\.(\d{3})\*kWh\)/gm)].map(([, whole, wh]) => Number(`${whole}${wh}`));

test('telegrams that grow as a house does pass, however much time lies between them', () => {
  const step = fc.record({ hours: fc.integer({ min: 0, max: 100 }), kW: fc.integer({ min: 0, max: 60 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const framer = new Framer({ source: 'meter', checksum: 'absent', history: new History() });
      let [kWh, hour] = [0, 0];
      for (const { hours, kW } of steps) {
        hour += hours;
        kWh += hours * kW;
        const telegram = dsmr22({ delivered1: `${String(kWh).padStart(6, '0')}.000*kWh` });
        expect(framer.push(telegram, hour * 3_600_000)).toMatchObject([{ checksum: 'absent' }]);
      }
    }),
    { seed: 12, numRuns: 300 },
  );
});
