import { describe, expect, test } from 'vitest';
import { DsmrReaderProfile } from '../../../../src/endpoints/mqtt/dsmr-reader-profile.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import type { Letter } from '../../../../src/journal/letter.ts';
import { Refused } from '../../../../src/outbox/endpoint.ts';
import { printPosted } from '../../../../src/reading/posted.ts';
import { buildTelegram, fixture } from '../../../support/telegrams.ts';

const letter = (raw: Buffer, seq = 17): Letter => ({
  seq,
  telegram: { raw, source: 'house', checksum: 'valid', receivedAt: new Date('2026-07-01T10:00:00Z') },
});

let number = 17;

/** What a Dutch meter says at this time by its clock, with these registers in kWh and m3. */
function dutch(
  time: string,
  kwh: string,
  { gasTime = '260701120000S', gas = '02569.646', returned = '000000.000', meter = '4D31', gasMeter = '4731' } = {},
) {
  return letter(
    buildTelegram('/ISK5\\2M550T-1012', [
      '1-3:0.2.8(50)',
      `0-0:1.0.0(${time})`,
      `0-0:96.1.1(${meter})`,
      `1-0:1.8.1(${kwh}*kWh)`,
      '1-0:1.8.2(001263.199*kWh)',
      `1-0:2.8.1(${returned}*kWh)`,
      '1-0:2.8.2(000000.000*kWh)',
      '0-0:96.14.0(0002)',
      '1-0:1.7.0(00.143*kW)',
      '1-0:2.7.0(00.000*kW)',
      '0-1:24.1.0(003)',
      `0-1:96.1.0(${gasMeter})`,
      `0-1:24.2.1(${gasTime})(${gas}*m3)`,
    ]),
    ++number,
  );
}

const open = (): DsmrReaderProfile => new DsmrReaderProfile('Europe/Amsterdam');
const texts = (publications: readonly Publication[]): Record<string, string> =>
  Object.fromEntries(publications.map(({ topic, payload }) => [topic, String(payload)]));

/** All topics of a reading, in order: of one object, and one each. Written from DSMR-reader's documentation. */
const READING =
  `id timestamp electricity_delivered_1 electricity_returned_1 electricity_delivered_2 electricity_returned_2
  electricity_currently_delivered electricity_currently_returned phase_currently_delivered_l1 phase_currently_delivered_l2
  phase_currently_delivered_l3 phase_currently_returned_l1 phase_currently_returned_l2 phase_currently_returned_l3
  extra_device_timestamp extra_device_delivered phase_voltage_l1 phase_voltage_l2 phase_voltage_l3 phase_power_current_l1
  phase_power_current_l2 phase_power_current_l3`.split(/\s+/);
const METER =
  `dsmr_version electricity_tariff power_failure_count long_power_failure_count voltage_sag_count_l1 voltage_sag_count_l2
  voltage_sag_count_l3 voltage_swell_count_l1 voltage_swell_count_l2 voltage_swell_count_l3 rejected_telegrams`.split(
    /\s+/,
  );

describe('a Dutch meter of three phases', () => {
  const raw = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
  const publications = open().publications(letter(raw), 3);
  const said = texts(publications);

  test('every message is retained, exactly once', () => {
    expect(publications.every(({ qos, retain }) => qos === 2 && retain)).toBe(true);
  });

  test('the telegram itself', () => {
    expect(publications.find(({ topic }) => topic === 'dsmr/raw')?.payload).toEqual(raw);
  });

  test('the reading: decimals as text, whole amperes, times in UTC', () => {
    expect(Object.keys(JSON.parse(said['dsmr/json'] ?? '') as object)).toEqual(READING);
    expect(JSON.parse(said['dsmr/json'] ?? '')).toEqual({
      id: 17,
      timestamp: '2010-12-09T10:30:20Z',
      electricity_delivered_1: '123456.789',
      electricity_returned_1: '123456.789',
      electricity_delivered_2: '123456.789',
      electricity_returned_2: '123456.789',
      electricity_currently_delivered: '1.193',
      electricity_currently_returned: '0.000',
      phase_currently_delivered_l1: '1.111',
      phase_currently_delivered_l2: '2.222',
      phase_currently_delivered_l3: '3.333',
      phase_currently_returned_l1: '4.444',
      phase_currently_returned_l2: '5.555',
      phase_currently_returned_l3: '6.666',
      extra_device_timestamp: '2010-12-09T10:25:00Z',
      extra_device_delivered: '12785.123',
      phase_voltage_l1: '220.1',
      phase_voltage_l2: '220.2',
      phase_voltage_l3: '220.3',
      phase_power_current_l1: 1,
      phase_power_current_l2: 2,
      phase_power_current_l3: 3,
    });
  });

  test('each field of it under a topic of its own', () => {
    expect(READING.map((name) => [name, said[`dsmr/reading/${name}`]])).toEqual(
      Object.entries(JSON.parse(said['dsmr/json'] ?? '') as object).map(([name, value]) => [name, String(value)]),
    );
  });

  test('what the meter counts of itself', () => {
    expect(METER.map((name) => said[`dsmr/meter-stats/${name}`])).toEqual([
      '50',
      '2',
      '4',
      '2',
      '2',
      '1',
      '0',
      '0',
      '3',
      '0',
      '3',
    ]);
  });

  test('nothing else', () => {
    const others = Object.keys(said).filter((topic) => !/^dsmr\/(raw|json|reading\/|meter-stats\/)/.test(topic));
    expect(others.sort()).toEqual([
      'dsmr/consumption/gas/delivered',
      'dsmr/consumption/gas/json',
      'dsmr/consumption/gas/read_at',
      'dsmr/day-consumption',
      'dsmr/day-consumption/electricity1',
      'dsmr/day-consumption/electricity1_returned',
      'dsmr/day-consumption/electricity2',
      'dsmr/day-consumption/electricity2_returned',
      'dsmr/day-consumption/electricity_merged',
      'dsmr/day-consumption/electricity_returned_merged',
      'dsmr/day-consumption/gas',
    ]);
  });
});

test('what a meter does not have is an empty message, and null in the object', () => {
  const said = texts(open().publications(dutch('260701120000S', '001073.079'), 0));
  expect(said['dsmr/reading/phase_voltage_l1']).toBe('');
  expect(said['dsmr/meter-stats/voltage_sag_count_l1']).toBe('');
  expect(JSON.parse(said['dsmr/json'] ?? '')).toMatchObject({ phase_voltage_l1: null, phase_power_current_l3: null });
});

test('of a Belgian version the first two digits count, and its amperes are cut', () => {
  const said = texts(open().publications(letter(fixture('field/ndokter__flu5-253769484-a_emucs-50217-2.txt')), 0));
  expect(said).toMatchObject({ 'dsmr/meter-stats/dsmr_version': '50', 'dsmr/reading/phase_power_current_l2': '0' });
});

test('values that were posted have no telegram', () => {
  const posted = printPosted({
    ...{ timestamp: '2026-07-01T12:00:00+02:00', electricity_delivered_1: '1.000', electricity_delivered_2: '2.000' },
    ...{ electricity_returned_1: '0.000', electricity_returned_2: '0.000', electricity_currently_delivered: '0.1' },
    electricity_currently_returned: '0.000',
  });
  const said = texts(open().publications(letter(posted), 0));
  expect(said).not.toHaveProperty('dsmr/raw');
  expect(said).toMatchObject({
    'dsmr/reading/timestamp': '2026-07-01T10:00:00Z',
    'dsmr/reading/electricity_currently_delivered': '0.100',
  });
});

test('what DSMR-reader would not store is refused', () => {
  const heat = letter(fixture('field/ndokter__nwa-warmtelink_dsmr-5.0.txt'));
  expect(() => open().publications(heat, 0)).toThrow(Refused);
});

describe('behind the first telegram', () => {
  test('only what has changed is published; everything to a broker that may have lost it', () => {
    const profile = open();
    const first = profile.publications(dutch('260701120000S', '001073.079'), 0);
    const second = profile.publications(dutch('260701120001S', '001073.080'), 0);
    expect(second.map(({ topic }) => topic)).toEqual([
      ...['dsmr/raw', 'dsmr/json', 'dsmr/reading/id', 'dsmr/reading/timestamp'],
      ...['dsmr/reading/electricity_delivered_1', 'dsmr/day-consumption/electricity1'],
      ...['dsmr/day-consumption/electricity_merged', 'dsmr/day-consumption'],
    ]);
    profile.forget();
    expect(profile.publications(dutch('260701120002S', '001073.080'), 0)).toHaveLength(first.length);
  });

  test('gas: what flowed since the report before', () => {
    const profile = open();
    profile.publications(dutch('260701120000S', '001073.079'), 0);
    const next = dutch('260701120500S', '001073.079', { gasTime: '260701120500S', gas: '02569.750' });
    expect(texts(profile.publications(next, 0))).toMatchObject({
      'dsmr/consumption/gas/read_at': '2026-07-01T10:05:00Z',
      'dsmr/consumption/gas/delivered': '2569.750',
      'dsmr/consumption/gas/currently_delivered': '0.104',
      'dsmr/consumption/gas/json':
        '{"read_at":"2026-07-01T10:05:00Z","delivered":"2569.750","currently_delivered":"0.104"}',
    });
    const swapped = dutch('260701121000S', '001073.079', {
      gasTime: '260701121000S',
      gas: '00001.000',
      gasMeter: '4732',
    });
    expect(texts(profile.publications(swapped, 0))['dsmr/consumption/gas/currently_delivered']).toBe('0.000');
  });

  test('a quarter of an hour: its average power, once it is over', () => {
    const profile = open();
    const topic = 'dsmr/consumption/quarter-hour-peak-electricity';
    const quarter = (time: string, kwh: string) => texts(profile.publications(dutch(time, kwh), 0));
    expect(quarter('260701120700S', '001000.000')).not.toHaveProperty(`${topic}/json`);
    expect(quarter('260701121500S', '001000.100')).not.toHaveProperty(`${topic}/json`);
    expect(quarter('260701122959S', '001000.340')).not.toHaveProperty(`${topic}/json`);
    // A quarter of a kWh in a quarter of an hour is one kW.
    expect(quarter('260701123000S', '001000.350')).toMatchObject({
      [`${topic}/read_at_start`]: '2026-07-01T10:15:00Z',
      [`${topic}/read_at_end`]: '2026-07-01T10:30:00Z',
      [`${topic}/average_delivered`]: '1.000',
      [`${topic}/json`]:
        '{"read_at_start":"2026-07-01T10:15:00Z","read_at_end":"2026-07-01T10:30:00Z","average_delivered":"1.000"}',
    });
    // Of one without its end nothing can be said.
    expect(quarter('260701124900S', '001001.350')).not.toHaveProperty(`${topic}/json`);
  });

  test('a day: what was used since its first telegram, by clocks where the meter stands', () => {
    const profile = open();
    const day = (time: string, kwh: string, returned = '000000.000', meter = '4D31') =>
      texts(profile.publications(dutch(time, kwh, { returned, meter }), 0));
    expect(day('260701120000S', '001000.000')).toMatchObject({ 'dsmr/day-consumption/electricity_merged': '0.000' });
    expect(day('260701235950S', '001004.500', '000001.250')).toMatchObject({
      'dsmr/day-consumption/electricity1': '4.500',
      'dsmr/day-consumption/electricity1_returned': '1.250',
      'dsmr/day-consumption/electricity_merged': '4.500',
      'dsmr/day-consumption/electricity_returned_merged': '1.250',
    });
    // 00:00 in Amsterdam is still the day before in UTC.
    expect(day('260702000000S', '001004.501')).toMatchObject({ 'dsmr/day-consumption/electricity1': '0.000' });
    expect(day('260702000001S', '001004.502')).toMatchObject({ 'dsmr/day-consumption/electricity1': '0.001' });
    // Another meter hangs there.
    expect(day('260702100000S', '000000.003', '000000.000', '4D32')).not.toHaveProperty(
      'dsmr/day-consumption/electricity1',
    );
    expect(day('260702100001S', '000000.005', '000000.000', '4D32')).toMatchObject({
      'dsmr/day-consumption/electricity1': '0.003',
    });
  });

  test('with prices: what the day costs so far', () => {
    const prices = {
      ...{ from: undefined, electricity1: '0.25', electricity2: '0.3', returned1: '0.1', returned2: '0.12' },
      ...{ gas: '1.4567', fixedDaily: '0.9' },
    };
    const profile = new DsmrReaderProfile('Europe/Amsterdam', undefined, [prices]);
    profile.publications(dutch('260701080000S', '001000.000'), 0);
    const later = dutch('260701120000S', '001004.500', {
      returned: '000001.250',
      gas: '02571.646',
      gasTime: '260701115500S',
    });
    const said = texts(profile.publications(later, 0));
    expect(JSON.parse(said['dsmr/day-consumption'] ?? '')).toEqual({
      ...{
        electricity1: '4.500',
        electricity2: '0.000',
        electricity1_returned: '1.250',
        electricity2_returned: '0.000',
      },
      ...{ electricity_merged: '4.500', electricity_returned_merged: '1.250', gas: '2.000' },
      // 4.5 × 0.25 − 1.25 × 0.1 is one euro; 2 × 1.4567 is 2.91.
      ...{ electricity1_cost: '1.00', electricity2_cost: '0.00', electricity_cost_merged: '1.00', gas_cost: '2.91' },
      ...{ fixed_cost: '0.90', total_cost: '4.81' },
      energy_supplier_price_electricity_delivered_1: '0.250000',
      energy_supplier_price_electricity_delivered_2: '0.300000',
      energy_supplier_price_electricity_returned_1: '0.100000',
      energy_supplier_price_electricity_returned_2: '0.120000',
      energy_supplier_price_gas: '1.456700',
    });
    expect(said['dsmr/day-consumption/total_cost']).toBe('4.81');
    profile.forget();
    expect(texts(profile.publications(later, 0))['dsmr/day-consumption/energy_supplier_price_gas']).toBe('1.456700');
  });

  test('after a restart the day goes on from where the broker has it, with what was used in between', () => {
    const before = open();
    before.publications(dutch('260701080000S', '001000.000'), 0);
    const last = before.publications(dutch('260701120000S', '001004.500'), 0);
    const after = open();
    for (const [topic, text] of Object.entries(texts(last))) after.learn(topic, text);
    expect(texts(after.publications(dutch('260701130000S', '001005.000'), 0))).toMatchObject({
      'dsmr/day-consumption/electricity1': '5.000',
      'dsmr/day-consumption/electricity_merged': '5.000',
    });
  });

  test('what the broker has of another day, or what is no number, is nothing to go on from', () => {
    const profile = open();
    profile.learn('dsmr/reading/timestamp', '2026-06-30T21:00:00Z');
    profile.learn('dsmr/reading/electricity_delivered_1', '1.000');
    profile.learn('dsmr/day-consumption/electricity1', '9.000');
    const said = texts(profile.publications(dutch('260701120000S', '001000.000'), 0));
    expect(said['dsmr/day-consumption/electricity1']).toBe('0.000');
    const odd = open();
    odd.learn('dsmr/reading/timestamp', 'yesterday');
    odd.learn('dsmr/day-consumption/electricity1', 'much');
    expect(texts(odd.publications(dutch('260701120000S', '001000.000'), 0))['dsmr/day-consumption/electricity1']).toBe(
      '0.000',
    );
  });

  test('a register that falls is left out until it has held for ten telegrams, and the day counts nothing of it', () => {
    const profile = open();
    const say = (second: number, kwh: string, gas = '02569.646') =>
      texts(profile.publications(dutch(`2607011200${String(second).padStart(2, '0')}S`, kwh, { gas }), 0));
    const register = 'dsmr/reading/electricity_delivered_1';
    say(0, '001000.000');
    const fallen = say(1, '000000.001', '00001.000');
    expect(fallen).not.toHaveProperty([register]);
    expect(fallen).not.toHaveProperty(['dsmr/reading/extra_device_delivered']);
    expect(JSON.parse(fallen['dsmr/json'] ?? '')).not.toHaveProperty('electricity_delivered_1');
    expect(say(2, '001000.500')).toMatchObject({
      [register]: '1000.500',
      'dsmr/day-consumption/electricity1': '0.500',
    });
    for (let second = 3; second < 12; second++) expect(say(second, '000000.002')).not.toHaveProperty([register]);
    expect(say(12, '000000.002')).toMatchObject({ [register]: '0.002' });
    expect(say(13, '000000.003')).toMatchObject({ 'dsmr/day-consumption/electricity1': '0.501' });
  });

  test('after a restart a register does not fall below what the broker has', () => {
    const before = open();
    const last = before.publications(dutch('260701120000S', '001004.500'), 0);
    const after = open();
    for (const [topic, text] of Object.entries(texts(last))) after.learn(topic, text);
    const said = texts(after.publications(dutch('260701120010S', '000004.500'), 0));
    expect(said).not.toHaveProperty(['dsmr/reading/electricity_delivered_1']);
    expect(said['dsmr/reading/electricity_delivered_2']).toBe('1263.199');
  });
});
