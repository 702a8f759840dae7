import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readingBody } from '../../../src/endpoints/dsmr-v2.ts';
import { Refused } from '../../../src/outbox/endpoint.ts';
import { validate } from '../../support/dsmr-reader/serializer.ts';
import { buildTelegram } from '../../support/telegrams.ts';

const RECEIVED = new Date('2026-07-01T12:00:05Z');
const bodyIn = (timeZone: string, raw: Buffer, receivedAt = RECEIVED): Record<string, unknown> =>
  JSON.parse(readingBody(timeZone)({ source: 'meter', receivedAt, raw, checksum: 'valid' })) as Record<string, unknown>;
const body = (raw: Buffer): Record<string, unknown> => bodyIn('Europe/Amsterdam', raw);
const sample = (name: string): Buffer => readFileSync(new URL(`../../fixtures/telegrams/${name}`, import.meta.url));

/** The same value for each phase. */
const phases = (name: string, ...values: (string | number)[]): Record<string, string | number> =>
  Object.fromEntries(values.map((value, i) => [`${name}_l${i + 1}`, value]));

/** The smallest reading that DSMR-reader takes. */
const LEAST = {
  clock: '0-0:1.0.0(260701140000S)',
  delivered1: '1-0:1.8.1(000671.578*kWh)',
  returned1: '1-0:2.8.1(000000.000*kWh)',
  powerDelivered: '1-0:1.7.0(00.333*kW)',
  powerReturned: '1-0:2.7.0(00.000*kW)',
};

function least(changed: Partial<Record<keyof typeof LEAST, string>> = {}, ...more: string[]): Buffer {
  return buildTelegram('/ISK5\\2M550T-1012', [...Object.values({ ...LEAST, ...changed }), ...more].filter(Boolean));
}

describe('the whole body, worked out by hand, of', () => {
  test('the DSMR 5.0.2 sample', () => {
    expect(body(sample('derived/nl-dsmr-5.0.2-recrc.txt'))).toEqual({
      timestamp: '2010-12-09T11:30:20+01:00',
      electricity_delivered_1: '123456.789',
      electricity_returned_1: '123456.789',
      electricity_delivered_2: '123456.789',
      electricity_returned_2: '123456.789',
      electricity_currently_delivered: '1.193',
      electricity_currently_returned: '0.000',
      ...phases('phase_currently_delivered', '1.111', '2.222', '3.333'),
      ...phases('phase_currently_returned', '4.444', '5.555', '6.666'),
      ...phases('phase_voltage', '220.1', '220.2', '220.3'),
      ...phases('phase_power_current', 1, 2, 3),
      extra_device_timestamp: '2010-12-09T11:25:00+01:00',
      extra_device_delivered: '12785.123',
    });
  });

  test('the DSMR 3.0 sample, which has no clock: the time at which it was read', () => {
    const receivedAt = new Date('2009-02-12T15:30:05Z');
    expect(bodyIn('Europe/Amsterdam', sample('nl-dsmr-3.0.txt'), receivedAt)).toEqual({
      timestamp: '2009-02-12T16:30:05+01:00',
      electricity_delivered_1: '12345.678',
      electricity_returned_1: '12345.678',
      electricity_delivered_2: '12345.678',
      electricity_returned_2: '12345.678',
      electricity_currently_delivered: '1.19',
      electricity_currently_returned: '0.00',
      extra_device_timestamp: '2009-02-12T16:00:00+01:00',
      extra_device_delivered: '0.000',
    });
  });

  test('a Belgian meter: gas is not converted, and water stands behind it', () => {
    expect(body(sample('derived/be-emucs-2.1.1-3f-recrc.txt'))).toEqual({
      timestamp: '2020-05-12T13:54:09+02:00',
      electricity_delivered_1: '0.034',
      electricity_returned_1: '0.000',
      electricity_delivered_2: '15.758',
      electricity_returned_2: '0.011',
      electricity_currently_delivered: '0.000',
      electricity_currently_returned: '0.000',
      ...phases('phase_currently_delivered', '0.000', '0.000', '0.000'),
      ...phases('phase_currently_returned', '0.000', '0.000', '0.000'),
      ...phases('phase_voltage', '234.7', '234.7', '234.7'),
      ...phases('phase_power_current', 0, 0, 0),
      extra_device_timestamp: '2020-05-12T13:45:58+02:00',
      extra_device_delivered: '112.384',
    });
  });

  test('a Luxembourg meter: totals stand as tariff 1, and of two gas meters the used one counts', () => {
    expect(body(sample('lu-smarty-1.1.3.txt'))).toEqual({
      timestamp: '2020-07-06T10:41:57+02:00',
      electricity_delivered_1: '25.653',
      electricity_returned_1: '0.040',
      electricity_delivered_2: '0',
      electricity_returned_2: '0',
      electricity_currently_delivered: '0.005',
      electricity_currently_returned: '0.000',
      ...phases('phase_currently_delivered', '0.005', '0.000', '0.000'),
      ...phases('phase_currently_returned', '0.000', '0.000', '0.000'),
      ...phases('phase_voltage', '233.0', '0.0', '1.0'),
      ...phases('phase_power_current', 0, 0, 0),
      extra_device_timestamp: '2020-07-06T10:29:00+02:00',
      extra_device_delivered: '28.103',
    });
  });

  test('a Swedish meter: whole amperes are cut, not rounded', () => {
    expect(body(sample('se-hanporten-ellevio.txt'))).toEqual({
      timestamp: '2021-02-17T18:40:19+01:00',
      electricity_delivered_1: '6678.394',
      electricity_returned_1: '0.000',
      electricity_delivered_2: '0',
      electricity_returned_2: '0',
      electricity_currently_delivered: '1.727',
      electricity_currently_returned: '0.000',
      ...phases('phase_currently_delivered', '1.023', '0.350', '0.353'),
      ...phases('phase_currently_returned', '0.000', '0.000', '0.000'),
      ...phases('phase_voltage', '240.3', '240.1', '241.3'),
      ...phases('phase_power_current', 4, 1, 1),
    });
  });
});

describe('a meter with more tariffs than the two of DSMR-reader', () => {
  const registersOf = (...lines: string[]): unknown[] => {
    const sent = body(least({ delivered1: '', returned1: '' }, ...lines));
    return ['delivered_1', 'delivered_2', 'returned_1', 'returned_2'].map((name) => sent[`electricity_${name}`]);
  };

  test('has them counted in the first: both together are its total', () => {
    // 232.998 + 9.963 + 35.332 is 278.293, and 81.859 more the 360.152 that it prints as 1.8.0.
    expect(body(sample('lt-eso-extended-3f.txt'))).toMatchObject({
      electricity_delivered_1: '278.293',
      electricity_delivered_2: '81.859',
      electricity_returned_1: '7.296',
      electricity_returned_2: '0',
    });
  });

  test('loses no watt-hour to a float', () => {
    expect(
      registersOf(
        ...['1-0:1.8.1(999998.999*kWh)', '1-0:1.8.2(0.1*kWh)', '1-0:1.8.3(0.2*kWh)', '1-0:1.8.4(0.1*kWh)'],
        ...['1-0:2.8.1(0.1*kWh)', '1-0:2.8.2(3*kWh)', '1-0:2.8.3(0.2*kWh)', '1-0:2.8.4(0.0005*kWh)'],
      ),
    ).toEqual(['999999.299', '0.1', '0.300', '3']);
  });

  test('and without tariffs keeps its total alone', () => {
    const totals = ['1-0:1.8.0(5*kWh)', '1-0:2.8.0(1*kWh)'];
    expect(registersOf(...totals, '1-0:1.8.3(2*kWh)')).toEqual(['5', '0', '1', '0']);
  });

  test('is refused where the sum is more than DSMR-reader stores', () => {
    const lines = ['1-0:1.8.1(600000*kWh)', '1-0:1.8.3(400000*kWh)', LEAST.returned1];
    expect(() => registersOf(...lines)).toThrow('below 1000000 kWh, got 1000000 kWh');
  });
});

describe('time', () => {
  test.each<[string, string, string]>([
    ['a meter in Vilnius', 'Europe/Vilnius', '2026-07-01T14:00:00+03:00'],
    ['a meter in Amsterdam', 'Europe/Amsterdam', '2026-07-01T14:00:00+02:00'],
  ])('the stamp of %s has the offset of its place', (_, timeZone, timestamp) => {
    expect(bodyIn(timeZone, least())['timestamp']).toBe(timestamp);
  });

  test.each(['', '0-0:1.0.0(632525252525W)', '0-0:1.0.0(000101000000W)', '0-0:1.0.0()'])(
    'with a clock that prints %j it is when the telegram was read',
    (clock) => {
      expect(body(least({ clock }))['timestamp']).toBe('2026-07-01T14:00:05+02:00');
      expect(bodyIn('Europe/Vilnius', least({ clock }))['timestamp']).toBe('2026-07-01T15:00:05+03:00');
    },
  );
});

describe('a value in another unit or form', () => {
  test.each<[string, Record<string, string | number>]>([
    ['1-0:21.7.0(00421*W)', { phase_currently_delivered_l1: '0.421' }],
    ['1-0:21.7.0(01.23456*kW)', { phase_currently_delivered_l1: '1.234' }],
    ['1-0:21.7.0(-1.000*kW)', { phase_currently_delivered_l1: '-1.000' }],
    ['1-0:32.7.0(230.19*V)', { phase_voltage_l1: '230.1' }],
    ['1-0:31.7.0(003.97*A)', { phase_power_current_l1: 3 }],
    ['1-0:31.7.0(999*A)', { phase_power_current_l1: 999 }],
  ])('%s', (line, expected) => {
    expect(body(least({}, line))).toMatchObject(expected);
  });

  test('energy in Wh is moved to kWh as text, and cut', () => {
    expect(body(least({ delivered1: '1-0:1.8.0(01219311.383*Wh)' }))['electricity_delivered_1']).toBe('1219.311');
  });

  test.each([
    ['1-0:32.7.0(1000.0*V)', 'phase_voltage_l1'],
    ['1-0:31.7.0(1000*A)', 'phase_power_current_l1'],
    ['1-0:31.7.0(-001*A)', 'phase_power_current_l1'],
    ['1-0:21.7.0(1000000.000*kW)', 'phase_currently_delivered_l1'],
    ['1-0:21.7.0(12*apples)', 'phase_currently_delivered_l1'],
  ])('%s, which the server would refuse, costs itself and not the reading', (line, field) => {
    const sent = body(least({}, line));
    expect(sent).not.toHaveProperty(field);
    expect(sent).toMatchObject({ electricity_delivered_1: '671.578' });
  });
});

describe('what stands behind the meter', () => {
  const gas = ['0-1:24.1.0(003)', '0-1:96.1.0(47)', '0-1:24.2.1(260701135500S)(00956.212*m3)'];
  const extra = { extra_device_timestamp: '2026-07-01T13:55:00+02:00', extra_device_delivered: '956.212' };

  test.each<[string, string[]]>([
    ['water', ['0-2:24.1.0(007)', '0-2:96.1.0(57)', '0-2:24.2.1(260701135500S)(00872.234*m3)']],
    ['heat', ['0-2:24.1.0(012)', '0-2:96.1.0(48)', '0-2:24.2.1(260701135500S)(00012.345*GJ)']],
    ['another electricity meter', ['0-2:24.1.0(002)', '0-2:96.1.0(45)', '0-2:24.2.1(260701135500S)(00001.000*kWh)']],
    ['a meter that was swapped', ['0-2:24.1.0(003)', '0-2:96.1.0()', '0-2:24.2.1(700101010000W)(00000000)']],
  ])('%s never passes for gas', (_, lines) => {
    expect(body(least({}, ...gas, ...lines))).toMatchObject(extra);
    expect(body(least({}, ...lines))).not.toHaveProperty('extra_device_delivered');
    expect(body(least({}, ...lines))).not.toHaveProperty('extra_device_timestamp');
  });

  test('gas on another channel than the first is found', () => {
    const moved = gas.map((line) => line.replace('0-1:', '0-3:'));
    expect(body(least({}, '0-1:24.1.0(007)', ...moved))).toMatchObject(extra);
  });
});

test('of a gas meter that is late by days the register goes with its time; of one that is silent for a week nothing goes', () => {
  const gasOf = (stamp: string, clock = LEAST.clock): unknown =>
    body(least({ clock }, '0-1:24.1.0(003)', `0-1:24.2.1(${stamp})(00956.212*m3)`))['extra_device_timestamp'];
  expect(gasOf('260629140000S')).toBe('2026-06-29T14:00:00+02:00');
  expect(gasOf('260624140000S')).toBe('2026-06-24T14:00:00+02:00');
  expect(gasOf('260624135959S')).toBeUndefined();
  expect(gasOf('170312100000W')).toBeUndefined();
  // Without a clock: a week before 14:00:05, when it was read.
  expect(gasOf('260624140005S', '')).toBe('2026-06-24T14:00:05+02:00');
  expect(gasOf('260624140004S', '')).toBeUndefined();
});

test('gas of the hour that comes twice, stamped without a letter, goes with the time of each', () => {
  const write = readingBody('Europe/Amsterdam');
  const gasAt = (receivedAt: string, hour: string): unknown => {
    const raw = least({ clock: '' }, `0-1:24.3.0(251026${hour}0000)(00)(60)(1)(0-1:24.2.1)(m3)(00001.000)`);
    const letter = { source: 'meter', receivedAt: new Date(receivedAt), raw, checksum: 'absent' } as const;
    return (JSON.parse(write(letter)) as Record<string, unknown>)['extra_device_timestamp'];
  };
  expect(gasAt('2025-10-26T00:30:00Z', '02')).toBe('2025-10-26T02:00:00+02:00');
  expect(gasAt('2025-10-26T01:30:00Z', '02')).toBe('2025-10-26T02:00:00+01:00');
  expect(gasAt('2025-10-26T02:30:00Z', '03')).toBe('2025-10-26T03:00:00+01:00');
});

test('two gas meters that report by turns are not taken for one', () => {
  const write = readingBody('Europe/Amsterdam');
  const gasSent = (...stamps: [first: string, second: string]): unknown => {
    const lines = stamps.flatMap((stamp, i) => [
      `0-${i + 1}:24.1.0(003)`,
      `0-${i + 1}:96.1.0(473${i})`,
      `0-${i + 1}:24.2.1(2607${stamp}S)(0000${i + 1}.000*m3)`,
    ]);
    const letter = { source: 'meter', receivedAt: RECEIVED, raw: least({}, ...lines), checksum: 'valid' } as const;
    return (JSON.parse(write(letter)) as Record<string, unknown>)['extra_device_delivered'];
  };
  // The one on channel 1 is ahead by two hours, then behind by two, then by more than a day.
  expect(gasSent('01130000', '01110000')).toBe('1.000');
  expect(gasSent('01130000', '01150000')).toBe('1.000');
  expect(gasSent('01130000', '02130001')).toBe('2.000');
});

describe('what DSMR-reader requires and a telegram lacks is named', () => {
  test.each<[string, Buffer, RegExp]>([
    [
      'no 1.8.1',
      least({ delivered1: '' }),
      /electricity_delivered_1: expected 1-0:1\.8\.1 or 1-0:1\.8\.0 .*got nothing/,
    ],
    ['no 2.8.1', least({ returned1: '' }), /electricity_returned_1/],
    ['no 1.7.0', least({ powerDelivered: '' }), /electricity_currently_delivered: expected 1-0:1\.7\.0 .*got nothing/],
    ['no 2.7.0', least({ powerReturned: '' }), /electricity_currently_returned/],
    ['a million kWh', least({ delivered1: '1-0:1.8.1(1000000.000*kWh)' }), /below 1000000 kWh, got 1000000\.000 kWh/],
    ['a second tariff that cannot be read', least({}, '1-0:1.8.2(1*m3)'), /electricity_delivered_2.*got 1 m3/],
    ['heat alone', buildTelegram('/NWA-WARMTELINK', ['0-1:24.1.0(004)']), /electricity_delivered_1/],
  ])('%s', (_, raw, message) => {
    expect(() => body(raw)).toThrow(Refused);
    expect(() => body(raw)).toThrow(message);
  });
});

test('whatever a meter prints, the server takes the body or we say what is lacking', () => {
  const obis = ['1.8.0', '1.8.1', '1.8.2', '2.8.1', '2.8.2', '1.7.0', '2.7.0', '21.7.0', '32.7.0', '31.7.0', '71.7.0'];
  const value = fc.stringMatching(/^-?\d{1,9}([.,]\d{0,5})?$/);
  const line = fc
    .tuple(fc.constantFrom(...obis), value, fc.constantFrom('kWh', 'Wh', 'kW', 'W', 'V', 'A', 'm3', ''))
    .map(([reference, digits, unit]) => `1-0:${reference}(${digits}*${unit})`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      let sent: Record<string, unknown>;
      try {
        sent = body(least({}, ...lines));
      } catch (error) {
        return error instanceof Refused;
      }
      expect(validate(sent).errors).toBeUndefined();
      return true;
    }),
    { seed: 20_260_701, numRuns: 2_000 },
  );
});
