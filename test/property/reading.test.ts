import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBaseUnits } from '../../src/reading/base-units.ts';
import { countryOf } from '../../src/reading/country.ts';
import { describeValues } from '../../src/reading/describe.ts';
import { devicesOf } from '../../src/reading/devices.ts';
import { gasMeter, nextGasMeter } from '../../src/reading/gas-meter.ts';
import { parseReading } from '../../src/reading/reading.ts';
import { meterTime, NETHERLANDS, printMoment, readLocalStamp, readStamp } from '../../src/reading/time.ts';
import { readQuantity } from '../../src/reading/quantity.ts';
import { parseCosem } from '../../src/telegram/cosem.ts';
import { fixture } from '../support/telegrams.ts';

const context = { site: NETHERLANDS, receivedAt: new Date('2026-01-01T00:00:00Z') };
const SAMPLES = [
  'derived/nl-dsmr-5.0.2-recrc.txt',
  'nl-dsmr-3.0.txt',
  'lu-smarty-1.1.3.txt',
  'derived/be-emucs-2.1.1-3f-recrc.txt',
  'lt-eso-maximum-3f.txt',
  'field/ndokter__sag5sag-meter_p1-no-version-line.txt',
].map(fixture);

/** A telegram with some of its bytes replaced, and bytes that are nothing like one. */
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...SAMPLES), fc.array(fc.tuple(fc.nat(1500), fc.nat(255)), { maxLength: 30 }))
    .map(([telegram, changes]) => {
      const bytes = Buffer.from(telegram);
      for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
      return bytes;
    }),
);

test('any bytes can be read: what cannot be understood is kept', () => {
  fc.assert(
    fc.property(anything, (raw) => {
      const reading = parseReading({ raw, receivedAt: context.receivedAt });
      nextGasMeter(gasMeter(reading), reading);
      devicesOf(reading);
      meterTime(raw);
      const { header, objects, unreadable } = parseCosem(raw);
      countryOf({ header, objects });
      for (const object of objects) expect(describeValues(object, context)).toHaveLength(object.groups.length);
      const lines = raw.toString('latin1').split(/[\r\n]+/);
      for (const line of unreadable) expect(lines.some((whole) => whole.includes(line))).toBe(true);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test('a number keeps its digits, but for zeros in front', () => {
  const digits = fc.stringMatching(/^\d{1,12}(\.\d{1,4})?$/);
  fc.assert(
    fc.property(digits, fc.constantFrom('', '-'), fc.constantFrom('kWh', 'm3', 'A'), (number, sign, unit) => {
      const value = readQuantity(`${sign}${number}*${unit}`)?.value ?? '';
      expect(value).toMatch(/^-?(0|[1-9]\d*)(\.\d+)?$/);
      expect(`${sign}${number}`.endsWith(value.replace('-', ''))).toBe(true);
      expect(Number(value)).toBe(Number(`${sign}${number}`));
    }),
    { seed: 8, numRuns: 1000 },
  );
});

test('a value printed in thousandths is the same number, to the last digit', () => {
  const units = fc.constantFrom<[string, string]>(
    ['Wh', 'kWh'],
    ['W', 'kW'],
    ['VAr', 'kvar'],
    ['dm3', 'm3'],
    ['MJ', 'GJ'],
  );
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 0, max: 999 }),
      units,
      (whole, rest, [small, usual]) => {
        const printed = `${whole}.${String(rest).padStart(3, '0')}`;
        const quantity = readQuantity(`${printed}*${small}`);
        expect(quantity).toMatchObject({ unit: usual, printed: { value: printed, unit: small } });
        const digits = (text = ''): string => text.replace(/[-.]/g, '').replace(/^0+(?=\d)/, '');
        expect(digits(quantity?.value)).toBe(digits(printed));
        expect(toBaseUnits(quantity!)?.value).toBe(whole);
      },
    ),
    { seed: 11, numRuns: 1000 },
  );
});

const moments = fc.date({
  min: new Date('2006-01-01T12:00:00Z'),
  max: new Date('2069-12-30T00:00:00Z'),
  noInvalidDate: true,
});

const stampOf = (date: Date, offset: number): string =>
  new Date(date.getTime() + offset * 60_000).toISOString().replaceAll(/\D/g, '').slice(2, 14);

test('a stamp of any second is that second', () => {
  fc.assert(
    fc.property(moments, fc.constantFrom<['W' | 'S', number]>(['W', 60], ['S', 120]), (date, [letter, offset]) => {
      const second = Math.floor(date.getTime() / 1000) * 1000;
      const moment = readStamp(`${stampOf(date, offset)}${letter}`, NETHERLANDS);
      expect(moment).toEqual({ ms: second, offset });
      expect(Date.parse(printMoment(moment!))).toBe(second);
    }),
    { seed: 9, numRuns: 1000 },
  );
});

test('a stamp without a letter agrees with the clocks of Amsterdam', () => {
  const amsterdam = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Amsterdam',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  // The rule is law until it is changed; the zone database knows it up to 2037.
  const known = moments.filter((date) => date.getUTCFullYear() < 2037);
  fc.assert(
    fc.property(known, (date) => {
      const stamp = amsterdam.format(date).replaceAll(/\D/g, '').slice(2);
      const moment = readLocalStamp(stamp, NETHERLANDS, date);
      expect(moment?.ms).toBe(Math.floor(date.getTime() / 1000) * 1000);
    }),
    { seed: 10, numRuns: 1000 },
  );
});
