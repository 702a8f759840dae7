import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { HomeWizardApi } from '../../../../src/web/compat/homewizard/serve.ts';
import { serialOf } from '../../../../src/web/compat/homewizard/serial.ts';
import { Problem } from '../../../../src/web/http/problem.ts';
import { Live } from '../../../../src/web/live.ts';
import type { OfficeLine } from '../../../../src/web/office/line.ts';
import { printPosted } from '../../../../src/reading/posted.ts';
import { buildTelegram, fixture } from '../../../support/telegrams.ts';

const SOURCE = { name: 'house', type: 'serial', timeZone: 'Europe/Amsterdam', gasChannel: undefined };

interface Setting {
  /** None has come where it is left out. */
  readonly raw?: Buffer;
  readonly receivedAt?: Date;
  readonly now?: Date;
  readonly gasChannel?: number;
}

function apiWith({ raw, receivedAt = new Date(), now = receivedAt, gasChannel }: Setting) {
  const newest = raw === undefined ? [] : [{ source: 'house', count: 1, receivedAt, raw: Uint8Array.from(raw) }];
  const ask = vi.fn(async () => Promise.resolve(newest));
  const source = { ...SOURCE, gasChannel };
  const live = new Live({ ask } as unknown as OfficeLine, [source]);
  const identify = vi.fn();
  return { api: new HomeWizardApi({ live, identify, now: () => now }, source), identify };
}

async function ask(api: HomeWizardApi, method: string, path: string, body = '') {
  const message = Object.assign(Readable.from([Buffer.from(body)]), { method, url: path, headers: {} });
  const answer = await api.answer(message as unknown as IncomingMessage, '192.168.1.5').catch((error: unknown) => {
    if (error instanceof Problem) return api.refusal(error);
    throw error;
  });
  return { ...answer, text: Buffer.from(answer.body ?? '').toString('latin1') };
}

async function dataOf(raw: Buffer, more: Setting = {}): Promise<Record<string, unknown>> {
  const { status, text } = await ask(apiWith({ raw, ...more }).api, 'GET', '/api/v1/data');
  expect(status).toBe(200);
  return JSON.parse(text) as Record<string, unknown>;
}

const NETWORK = { wifi_ssid: 'ethernet', wifi_strength: 100 };

describe('what a HomeWizard shows of a meter', () => {
  test('of DSMR 5, with gas', async () => {
    const data = await dataOf(fixture('derived/nl-dsmr-5.0.2-recrc.txt'));
    expect(data).toEqual({
      ...NETWORK,
      smr_version: 50,
      meter_model: 'ISKRA  2MT382-1000',
      unique_id: '4B384547303034303436333935353037',
      active_tariff: 2,
      total_power_import_kwh: 246_913.578,
      total_power_import_t1_kwh: 123_456.789,
      total_power_import_t2_kwh: 123_456.789,
      total_power_import_t3_kwh: 0,
      total_power_import_t4_kwh: 0,
      total_power_export_kwh: 246_913.578,
      total_power_export_t1_kwh: 123_456.789,
      total_power_export_t2_kwh: 123_456.789,
      total_power_export_t3_kwh: 0,
      total_power_export_t4_kwh: 0,
      active_power_w: 1_193,
      active_power_l1_w: -3_333,
      active_power_l2_w: -3_333,
      active_power_l3_w: -3_333,
      active_voltage_l1_v: 220.1,
      active_voltage_l2_v: 220.2,
      active_voltage_l3_v: 220.3,
      active_current_a: 6,
      active_current_l1_a: -1,
      active_current_l2_a: -2,
      active_current_l3_a: -3,
      voltage_sag_l1_count: 2,
      voltage_sag_l2_count: 1,
      voltage_sag_l3_count: 0,
      voltage_swell_l1_count: 0,
      voltage_swell_l2_count: 3,
      voltage_swell_l3_count: 0,
      any_power_fail_count: 4,
      long_power_fail_count: 2,
      total_gas_m3: 12_785.123,
      gas_timestamp: 101_209_112_500,
      gas_unique_id: '3232323241424344313233343536373839',
      external: [
        {
          unique_id: '3232323241424344313233343536373839',
          type: 'gas_meter',
          timestamp: 101_209_112_500,
          value: 12_785.123,
          unit: 'm3',
        },
      ],
    });
  });

  test('of Belgium: peaks, gas as measured, water', async () => {
    const data = await dataOf(fixture('derived/be-emucs-2.1.1-3f-recrc.txt'));
    expect(data).toEqual({
      ...NETWORK,
      smr_version: 50,
      meter_model: 'FLU',
      unique_id: '3153414733313031303231363035',
      active_tariff: 1,
      total_power_import_kwh: 15.792,
      total_power_import_t1_kwh: 0.034,
      total_power_import_t2_kwh: 15.758,
      total_power_import_t3_kwh: 0,
      total_power_import_t4_kwh: 0,
      total_power_export_kwh: 0.011,
      total_power_export_t1_kwh: 0,
      total_power_export_t2_kwh: 0.011,
      total_power_export_t3_kwh: 0,
      total_power_export_t4_kwh: 0,
      active_power_w: 0,
      active_power_l1_w: 0,
      active_power_l2_w: 0,
      active_power_l3_w: 0,
      active_voltage_l1_v: 234.7,
      active_voltage_l2_v: 234.7,
      active_voltage_l3_v: 234.7,
      active_current_a: 0,
      active_current_l1_a: 0,
      active_current_l2_a: 0,
      active_current_l3_a: 0,
      active_power_average_w: 2_351,
      montly_power_peak_w: 2_589,
      montly_power_peak_timestamp: 200_509_134_558,
      total_gas_m3: 112.384,
      gas_timestamp: 200_512_134_558,
      gas_unique_id: '37464C4F32313139303333373333',
      external: [
        {
          unique_id: '37464C4F32313139303333373333',
          type: 'gas_meter',
          timestamp: 200_512_134_558,
          value: 112.384,
          unit: 'm3',
        },
        {
          unique_id: '3853414731323334353637383930',
          type: 'water_meter',
          timestamp: 200_512_134_558,
          value: 872.234,
          unit: 'm3',
        },
      ],
    });
  });

  test('of Luxembourg: one register in the place of tariffs, two gas meters, places without a device', async () => {
    const data = await dataOf(fixture('lu-smarty-1.1.3.txt'));
    expect(data).toEqual({
      ...NETWORK,
      smr_version: 42,
      meter_model: 'Lux',
      total_power_import_kwh: 25.653,
      total_power_import_t1_kwh: 25.653,
      total_power_import_t2_kwh: 0,
      total_power_import_t3_kwh: 0,
      total_power_import_t4_kwh: 0,
      total_power_export_kwh: 0.04,
      total_power_export_t1_kwh: 0.04,
      total_power_export_t2_kwh: 0,
      total_power_export_t3_kwh: 0,
      total_power_export_t4_kwh: 0,
      active_power_w: 5,
      active_power_l1_w: 5,
      active_power_l2_w: 0,
      active_power_l3_w: 0,
      active_voltage_l1_v: 233,
      active_voltage_l2_v: 0,
      active_voltage_l3_v: 1,
      active_current_a: 0,
      active_current_l1_a: 0,
      active_current_l2_a: 0,
      active_current_l3_a: 0,
      voltage_sag_l1_count: 40,
      voltage_sag_l2_count: 3,
      voltage_sag_l3_count: 2,
      voltage_swell_l1_count: 0,
      voltage_swell_l2_count: 0,
      voltage_swell_l3_count: 0,
      any_power_fail_count: 99,
      total_gas_m3: 28.103,
      gas_timestamp: 200_706_102_900,
      gas_unique_id: '454C53333533353839393830333030',
      external: [
        {
          unique_id: '464C4F313839393030303630333535',
          type: 'gas_meter',
          timestamp: 200_706_103_140,
          value: 0.006,
          unit: 'm3',
        },
        {
          unique_id: '454C53333533353839393830333030',
          type: 'gas_meter',
          timestamp: 200_706_102_900,
          value: 28.103,
          unit: 'm3',
        },
      ],
    });
  });

  test('of Sweden: neither a version nor a number, and currents with decimals', async () => {
    const data = await dataOf(fixture('se-aidon-6534.txt'));
    expect(data).toEqual({
      ...NETWORK,
      meter_model: 'Aidon  6534',
      total_power_import_kwh: 12_345_678.123,
      total_power_import_t1_kwh: 12_345_678.123,
      total_power_import_t2_kwh: 0,
      total_power_import_t3_kwh: 0,
      total_power_import_t4_kwh: 0,
      total_power_export_kwh: 12_345_678.123,
      total_power_export_t1_kwh: 12_345_678.123,
      total_power_export_t2_kwh: 0,
      total_power_export_t3_kwh: 0,
      total_power_export_t4_kwh: 0,
      active_power_w: 0,
      active_power_l1_w: 0,
      active_power_l2_w: 0,
      active_power_l3_w: 0,
      active_voltage_l1_v: 123.1,
      active_voltage_l2_v: 123.1,
      active_voltage_l3_v: 123.1,
      active_current_a: 369.3,
      active_current_l1_a: 123.1,
      active_current_l2_a: 123.1,
      active_current_l3_a: 123.1,
      external: [],
    });
  });

  test('of DSMR 2.2, which has no version: gas by the hour', async () => {
    const raw = fixture('field/ndokter__isk5-2mt382-1000_dsmr-2.2-3.0.txt');
    const data = await dataOf(raw, { receivedAt: new Date('2009-02-12T16:20:00+01:00') });
    expect(data).toEqual({
      ...NETWORK,
      smr_version: 22,
      meter_model: 'ISKRA  2MT382-1000',
      unique_id: '4B384547303034303436333935353037',
      active_tariff: 2,
      total_power_import_kwh: 24_691.356,
      total_power_import_t1_kwh: 12_345.678,
      total_power_import_t2_kwh: 12_345.678,
      total_power_import_t3_kwh: 0,
      total_power_import_t4_kwh: 0,
      total_power_export_kwh: 24_691.356,
      total_power_export_t1_kwh: 12_345.678,
      total_power_export_t2_kwh: 12_345.678,
      total_power_export_t3_kwh: 0,
      total_power_export_t4_kwh: 0,
      active_power_w: 1_190,
      total_gas_m3: 1.001,
      gas_timestamp: 90_212_160_000,
      gas_unique_id: '3232323241424344313233343536373839',
      external: [
        {
          unique_id: '3232323241424344313233343536373839',
          type: 'gas_meter',
          timestamp: 90_212_160_000,
          value: 1.001,
          unit: 'm3',
        },
      ],
    });
  });

  test('of Lithuania: four tariffs, power by phase alone, the frequency of the grid', async () => {
    const data = await dataOf(fixture('lt-eso-maximum-3f.txt'));
    expect(data).toMatchObject({
      total_power_import_kwh: 360.152,
      total_power_import_t1_kwh: 232.998,
      total_power_import_t2_kwh: 81.859,
      total_power_import_t3_kwh: 9.963,
      total_power_import_t4_kwh: 35.332,
      active_power_w: -24,
      active_power_l1_w: -24,
      active_frequency_hz: 50,
      active_power_average_w: 0,
    });
  });

  test('what a fifth tariff counts stands with the fourth, and one phase that gives back has the sign', async () => {
    const raw = buildTelegram('/FLU5\\253769484_A', [
      '0-0:96.1.4(50221)',
      '1-0:1.8.1(000001.100*kWh)',
      '1-0:1.8.4(000002.020*kWh)',
      '1-0:1.8.5(000003.003*kWh)',
      '1-0:21.7.0(00.000*kW)',
      '1-0:22.7.0(01.254*kW)',
      '1-0:31.7.0(005.27*A)',
      '1-0:41.7.0(00.100*kW)',
      '1-0:42.7.0(00.000*kW)',
      '1-0:51.7.0(000.50*A)',
    ]);
    const data = await dataOf(raw);
    expect(data).toMatchObject({
      total_power_import_kwh: 6.123,
      total_power_import_t1_kwh: 1.1,
      total_power_import_t4_kwh: 5.023,
      total_power_export_kwh: 0,
      active_power_w: -1_154,
      active_current_a: 5.77,
      active_current_l1_a: -5.27,
      active_current_l2_a: 0.5,
    });
    expect(Object.keys(data)).not.toContain('active_current_l3_a');
  });

  test('of heat alone: no register of energy is made up, and heat at the inlet is told apart', async () => {
    const raw = buildTelegram('/NWA-WARMTELINK', [
      '1-3:0.2.8(50)',
      '0-0:1.0.0(260215200523W)',
      '0-1:24.1.0(012)',
      '0-1:96.1.0(621848012D2C0B0C)',
      '0-1:24.2.1(260215200523W)(240.860*GJ)',
    ]);
    const data = await dataOf(raw);
    expect(Object.keys(data).filter((name) => name.includes('power'))).toEqual([]);
    expect(data['external']).toEqual([
      {
        unique_id: '621848012D2C0B0C',
        type: 'inlet_heat_meter',
        timestamp: 260_215_200_523,
        value: 240.86,
        unit: 'GJ',
      },
    ]);
  });

  test('gas is the meter on the channel that was chosen', async () => {
    const data = await dataOf(fixture('lu-smarty-1.1.3.txt'), { gasChannel: 1 });
    expect(data).toMatchObject({ total_gas_m3: 0.006, gas_unique_id: '464C4F313839393030303630333535' });
  });
});

describe('what clients want of it', () => {
  const SAMPLES = [
    'derived/nl-dsmr-5.0.2-recrc.txt',
    'derived/nl-dsmr-4.2.2-recrc.txt',
    'derived/be-emucs-2.1.1-1f-recrc.txt',
    'lu-smarty-1.1.3.txt',
    'se-aidon-6550.txt',
    'se-hanporten-ellevio.txt',
    'nl-dsmr-3.0.txt',
    'lt-eso-extended-3f.txt',
    'lt-eso-maximum-3f.txt',
    'field/ndokter__sag5sag-meter_p1-no-version-line.txt',
    'field/ndokter__isk5-2m550t-1012_dsmr-5.0.txt',
  ];

  test.each(SAMPLES)('four tariffs make the total, and numbers are numbers: %s', async (name) => {
    const data = await dataOf(fixture(name));
    for (const direction of ['import', 'export']) {
      const tariffs = [1, 2, 3, 4].map((tariff) => data[`total_power_${direction}_t${tariff}_kwh`] as number);
      const total = data[`total_power_${direction}_kwh`] as number;
      expect(Math.round(1_000 * tariffs.reduce((sum, one) => sum + one))).toBe(Math.round(1_000 * total));
    }
    const texts = ['wifi_ssid', 'meter_model', 'unique_id', 'gas_unique_id'];
    for (const [field, value] of Object.entries(data))
      if (field !== 'external') expect(typeof value, field).toBe(texts.includes(field) ? 'string' : 'number');
    expect(data).toHaveProperty('wifi_ssid');
  });

  test('the device is told in five keys, and its serial is always the same, of no card and no meter', async () => {
    const { api } = apiWith({});
    const { status, text, headers } = await ask(api, 'GET', '/api');
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const device = JSON.parse(text) as Record<string, string>;
    expect(device).toEqual({
      product_type: 'HWE-P1',
      product_name: 'P1 Meter',
      serial: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      firmware_version: '4.19',
      api_version: 'v1',
    });
    expect(JSON.parse((await ask(apiWith({}).api, 'GET', '/api')).text)).toEqual(device);
  });

  test('a serial is the same for one meter at one machine, and another at another machine', () => {
    const serial = serialOf('house', 'b8:27:eb:01:02:03');
    expect(serialOf('house', 'b8:27:eb:01:02:03')).toBe(serial);
    expect(serialOf('house', 'b8:27:eb:01:02:04')).not.toBe(serial);
  });

  test.each(['/api', '/api/v1/data', '/api/v1/telegram'])('HEAD %s is answered as GET is', async (path) => {
    const { api } = apiWith({ raw: fixture('derived/nl-dsmr-5.0.2-recrc.txt') });
    const [head, get] = [await ask(api, 'HEAD', path), await ask(api, 'GET', path)];
    expect(head).toEqual(get);
    expect(get.status).toBe(200);
  });

  test('a serial looks like an address that no maker gave out, and two meters have two', () => {
    const [house, barn] = ['house', 'barn'].map((source) => serialOf(source, 'b8:27:eb:01:02:03'));
    expect(Number.parseInt(house!.slice(0, 2), 16) & 3).toBe(2);
    expect(house).not.toBe(barn);
  });

  test('the telegram comes byte for byte', async () => {
    const raw = Buffer.concat([Buffer.from('/ISK5\\2M550T-1012 \xe9\r\n', 'latin1'), Buffer.from('\r\n!\r\n')]);
    const { body, headers } = await ask(apiWith({ raw }).api, 'GET', '/api/v1/telegram');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(Buffer.from(body as Uint8Array)).toEqual(raw);
  });
});

describe('what it refuses, in the words of a HomeWizard', () => {
  const raw = fixture('derived/nl-dsmr-5.0.2-recrc.txt');

  async function refusal(setting: Setting, method: string, path: string, body = '') {
    const { status, text } = await ask(apiWith(setting).api, method, path, body);
    const { error } = JSON.parse(text) as { error: { id: number; description: string } };
    expect(Object.keys(error)).toEqual(['id', 'description']);
    return [status, error.id];
  }

  test.each(['/api/v1/data', '/api/v1/telegram'])('%s: nothing came yet, or nothing for a minute', async (path) => {
    expect(await refusal({}, 'GET', path)).toEqual([503, 901]);
    const receivedAt = new Date('2026-03-01T12:00:00Z');
    const after = (seconds: number) => new Date(receivedAt.getTime() + 1_000 * seconds);
    expect((await ask(apiWith({ raw, receivedAt, now: after(60) }).api, 'GET', path)).status).toBe(200);
    expect(await refusal({ raw, receivedAt, now: after(61) }, 'GET', path)).toEqual([503, 901]);
    // The clock was set back, and the meter may be silent since.
    expect(await refusal({ raw, receivedAt, now: after(-61) }, 'GET', path)).toEqual([503, 901]);
  });

  test('values that were posted are no telegram, but they are values', async () => {
    const posted = printPosted({ timestamp: '2026-03-01T12:00:00Z', electricity_delivered_1: '1.005' });
    expect(await refusal({ raw: posted }, 'GET', '/api/v1/telegram')).toEqual([503, 901]);
    expect(await dataOf(posted)).toMatchObject({ total_power_import_kwh: 1.005, total_power_import_t1_kwh: 1.005 });
  });

  test.each([
    ['{"cloud_enabled": maybe}', 2],
    ['', 2],
    ['{"cloud_enabled": "no"}', 7],
    ['{}', 7],
    ['[]', 7],
    ['null', 7],
    ['{"cloud_enabled": true}', 8],
  ])('system: %s', async (body, id) => {
    expect(await refusal({}, 'PUT', '/api/v1/system', body)).toEqual([400, id]);
  });

  test('system: no cloud, and to switch it off is nothing new', async () => {
    const { api } = apiWith({});
    expect((await ask(api, 'GET', '/api/v1/system')).text).toBe('{"cloud_enabled":false}');
    const answer = await ask(api, 'PUT', '/api/v1/system', '{"cloud_enabled": false}');
    expect([answer.status, answer.text]).toEqual([200, '{"cloud_enabled":false}']);
  });

  test('a body that is too large, a method that is none of its', async () => {
    expect(await refusal({}, 'PUT', '/api/v1/system', `"${'x'.repeat(70_000)}"`)).toEqual([413, 201]);
    const answer = await ask(apiWith({}).api, 'GET', '/api/v1/identify');
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'PUT']);
  });

  test('whoever asks which device this is gets an answer each time, the log a line a minute', async () => {
    const { api, identify } = apiWith({});
    for (let time = 0; time < 5; time++) {
      const { status, text } = await ask(api, 'PUT', '/api/v1/identify');
      expect([status, text]).toEqual([200, '{"identify":"ok"}']);
    }
    expect(identify.mock.calls).toEqual([['192.168.1.5']]);
  });
});

test('it serves its own paths, and none of a DSMR-reader or of ours', () => {
  const { api } = apiWith({});
  const paths = ['/api', '/api/v1/data', '/api/v1/telegram', '/api/v1/system', '/api/v1/identify'];
  expect(paths.filter((path) => !api.serves(path))).toEqual([]);
  const others = ['/', '/api/', '/api/v1/datalogger/dsmrreading', '/api/v1/state', '/edge/v1/live', '/__proto__'];
  expect(others.filter((path) => api.serves(path))).toEqual([]);
});
