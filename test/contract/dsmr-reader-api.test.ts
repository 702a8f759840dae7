import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DsmrReader } from '../support/dsmr-reader.ts';
import { askBoth, type BothReaders, type Seen } from '../support/both-readers.ts';
import { startService, type Service } from '../support/service.ts';
import { buildTelegram } from '../support/telegrams.ts';
import { addKey, askWeb, webUrl, type Asking } from '../support/web.ts';

/** The same requests to a DSMR-reader and to this program in the place of one. */

const V1 = '/api/v1/datalogger/dsmrreading';
const V2 = '/api/v2/datalogger/dsmrreading';
const FORM = 'application/x-www-form-urlencoded';
const SCOPES = ['ingest:write', 'usage:read', 'status:read'] as const;

let both: BothReaders;
let service: Service;

beforeAll(async () => {
  service = await startService({
    config: {
      source: { type: 'ingest', name: 'esp' },
      http: { enabled: true, listen: '127.0.0.1:0' },
      compat: { dsmrReader: { enabled: true } },
    },
  });
  const url = await webUrl(service);
  const key = addKey(service.stateDir, 'esp', SCOPES);
  both = { reader: await new DsmrReader({ key }).start(), url, key };
});
afterAll(async () => {
  await service.end();
  await both.reader.stop();
});

const ask = async (path: string, asking: Asking = {}): Promise<Seen> =>
  askBoth(both, path, { ...asking, headers: { 'x-authkey': both.key, ...asking.headers } });
const post = async (path: string, body: string, type = FORM): Promise<Seen> =>
  ask(path, { method: 'POST', body, headers: { 'content-type': type } });
const postTelegram = async (text: string): Promise<Seen> => post(V1, `telegram=${encodeURIComponent(text)}`);
const postValues = async (values: Record<string, unknown>): Promise<Seen> =>
  post(V2, JSON.stringify(values), 'application/json');

/** A telegram of the n-th minute of 1 July 2026 by its meter's clock. */
function telegramOf(minute: number, more: readonly string[] = []): string {
  const clock = `0-0:1.0.0(2607011400${String(minute).padStart(2, '0')}S)`;
  const objects = [
    ...['1-3:0.2.8(50)', clock, '1-0:1.8.1(000671.578*kWh)', '1-0:1.8.2(000842.472*kWh)', '1-0:2.8.1(000000.000*kWh)'],
    ...['1-0:2.8.2(000001.5*kWh)', '1-0:1.7.0(00.333*kW)', '1-0:2.7.0(00.000*kW)', '1-0:32.7.0(230.1*V)'],
    ...['1-0:31.7.0(001*A)', '1-0:21.7.0(00.333*kW)', '1-0:22.7.0(00.000*kW)'],
    ...['0-1:24.1.0(003)', '0-1:24.2.1(260701135500S)(00473.789*m3)', ...more],
  ];
  return buildTelegram('/ISK5\\2M550T-1012', objects).toString('latin1');
}

const LEAST = {
  timestamp: '2026-07-02T14:00:00+02:00',
  electricity_delivered_1: '671.578',
  electricity_returned_1: '0',
  electricity_delivered_2: '842.472',
  electricity_returned_2: '1.5',
  electricity_currently_delivered: '0.333',
  electricity_currently_returned: '0',
};

describe('a telegram posted to API v1', () => {
  const lower = (text: string): string => text.replace(/!(\w+)/, (_, crc: string) => `!${crc.toLowerCase()}`);
  test.each<[string, string, number]>([
    ['as it was printed', telegramOf(1), 201],
    ['with its checksum in small letters', lower(telegramOf(2)), 201],
    ['without its last line end', telegramOf(3).trimEnd(), 201],
    ['with line ends and NULs around', `\0\r\n${telegramOf(4)}\r\n\0`, 201],
    ['with a letter above 0x7F', telegramOf(5, ['0-0:96.13.0(\xe9)']), 201],
    ['with a wrong checksum', telegramOf(6).replace('671.578', '671.579'), 500],
    ['without a checksum', telegramOf(7).replace(/!\w+/, '!'), 500],
    ['with something before it', `x${telegramOf(8)}`, 500],
    ['with a second one', telegramOf(9) + telegramOf(10), 500],
    ['that is none', 'hello', 500],
  ])('%s', async (_, text, status) => {
    expect(await postTelegram(text)).toMatchObject({ status, body: status === 201 ? '' : 'Failed to parse telegram' });
  });

  test('in other bodies', async () => {
    const multipart = `--x\r\nContent-Disposition: form-data; name="telegram"\r\n\r\n${telegramOf(11)}\r\n--x--\r\n`;
    expect(await post(V1, multipart, 'multipart/form-data; boundary=x')).toMatchObject({ status: 201 });
    for (const [body, type] of [
      ['telegram=', FORM],
      ['reading=1', FORM],
      ['', FORM],
      [JSON.stringify({ telegram: telegramOf(12) }), 'application/json'],
      [telegramOf(12), 'text/plain'],
    ] as const)
      expect(await post(V1, body, type)).toMatchObject({ status: 400, body: 'Invalid data' });
  });

  test('with other methods, and at other addresses', async () => {
    expect(await ask(V1)).toMatchObject({ status: 405, allow: 'POST, OPTIONS', body: '' });
    expect(await ask(V1, { method: 'PUT' })).toMatchObject({ status: 405 });
    expect(await post(`${V1}/`, `telegram=${telegramOf(13)}`)).toMatchObject({ status: 404 });
    expect(await ask('/api/v2/application/status')).toMatchObject({ status: 404 });
  });
});

test('a key opens in either header, and nothing does without one', async () => {
  const version = '/api/v2/application/version';
  const token = { authorization: `Token ${both.key}` };
  expect(await askBoth(both, version, { headers: token })).toMatchObject({ status: 200, body: { version: '5.11.0' } });
  expect(await ask(version, { headers: { authorization: 'Basic dXNlcjpwYXNz' } })).toMatchObject({ status: 200 });
  const wrong: Asking[] = [
    {},
    { headers: { 'x-authkey': 'wrong' } },
    { headers: { authorization: `Bearer ${both.key}` } },
  ];
  for (const asking of wrong) {
    expect(await askBoth(both, version, asking)).toMatchObject({ status: 403, body: { detail: 'Invalid auth key' } });
    const posting = { ...asking, method: 'POST' };
    expect(await askBoth(both, V1, posting)).toMatchObject({ status: 403, body: 'Invalid auth key' });
  }
});

describe('values posted to API v2', () => {
  test('are answered with the reading, every field in its place', async () => {
    const values = { ...LEAST, phase_voltage_l1: '230.1', phase_power_current_l1: '1.0', extra_device_delivered: '' };
    const { status, body } = await postValues(values);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: 'number',
      timestamp: Date.parse('2026-07-02T12:00:00Z'),
      electricity_delivered_1: '671.578',
      electricity_returned_1: '0.000',
      electricity_delivered_2: '842.472',
      electricity_returned_2: '1.500',
      electricity_currently_delivered: '0.333',
      electricity_currently_returned: '0.000',
      phase_currently_delivered_l1: null,
      phase_currently_delivered_l2: null,
      phase_currently_delivered_l3: null,
      extra_device_timestamp: null,
      extra_device_delivered: null,
      phase_currently_returned_l1: null,
      phase_currently_returned_l2: null,
      phase_currently_returned_l3: null,
      phase_voltage_l1: '230.1',
      phase_voltage_l2: null,
      phase_voltage_l3: null,
      phase_power_current_l1: 1,
      phase_power_current_l2: null,
      phase_power_current_l3: null,
    });
  });

  test.each<[string, Record<string, unknown>, number]>([
    ['nothing', { timestamp: undefined, electricity_delivered_1: undefined }, 400],
    ['null and an empty text', { electricity_delivered_1: null, electricity_returned_1: '' }, 400],
    ['what is no number', { electricity_delivered_1: '1,5', electricity_returned_1: 'NaN' }, 400],
    ['too many decimals', { electricity_delivered_1: '1.23450' }, 400],
    ['a million', { electricity_delivered_1: '1000000' }, 400],
    ['a voltage with two decimals, or of a thousand', { phase_voltage_l1: '230.15', phase_voltage_l2: '1000.0' }, 400],
    [
      'wrong currents',
      { phase_power_current_l1: 1000, phase_power_current_l2: -1, phase_power_current_l3: '1.5' },
      400,
    ],
    [
      'a number below zero, and one with an exponent',
      { electricity_currently_delivered: -1, electricity_returned_2: '1e3' },
      201,
    ],
    ['null where it may be', { extra_device_timestamp: null, phase_voltage_l1: null }, 201],
    ['what it does not know', { id: 7, processed: true, more: 'x' }, 201],
    ['a time with hours alone as offset', { timestamp: '2026-07-02T14:01:00+02' }, 201],
    ['a time in UTC', { timestamp: '2026-07-02T12:02:00Z' }, 201],
    ['a time without seconds, and a space', { timestamp: '2026-07-02 14:03+02:00' }, 201],
    ['a time with a fraction', { timestamp: '2026-07-02T14:04:00.5+02:00' }, 201],
    ['a local time', { timestamp: '2026-07-02T14:05:00' }, 201],
    ['a local time that comes twice', { timestamp: '2026-10-25T02:30:00' }, 400],
    ['a local time that never comes', { timestamp: '2026-03-29T02:30:00' }, 400],
    ['a day', { timestamp: '2026-07-02' }, 400],
    ['seconds since 1970', { timestamp: 1_782_993_600 }, 400],
    ['a time as meters print it', { timestamp: '260702140000S' }, 400],
    ['a time to come', { timestamp: '2099-01-01T00:00:00Z' }, 201],
  ])('of %s', async (_, changed, status) => {
    expect(await postValues({ ...LEAST, ...changed })).toMatchObject({ status });
  });

  test('in other bodies', async () => {
    const form = new URLSearchParams({ ...LEAST, timestamp: '2026-07-02T14:06:00+02:00' }).toString();
    expect(await post(V2, form)).toMatchObject({ status: 201 });
    expect(await post(V2, form.replace('%2B', '+'))).toMatchObject({ status: 400 });
    expect(await post(V2, '[]', 'application/json')).toMatchObject({ status: 400 });
    expect(await post(V2, '{', 'application/json')).toMatchObject({ status: 400 });
    expect(await post(V2, 'x', 'text/plain')).toMatchObject({ status: 415 });
    expect(await ask(V2, { method: 'DELETE' })).toMatchObject({ status: 405 });
    expect(await ask(V2, { headers: { accept: 'text/html' } })).toMatchObject({ status: 406 });
  });
});

describe('the list of readings', () => {
  const list = async (query: string): Promise<{ count: number; results: { timestamp: number }[] }> =>
    (await ask(`${V2}?${query}`)).body as { count: number; results: { timestamp: number }[] };
  const OF_JULY_1 = 'timestamp__gte=2026-07-01T00:00:00%2B02:00&timestamp__lte=2026-07-01T23:59:59%2B02:00';
  const NOON = Date.parse('2026-07-01T12:00:00Z');

  test('has what was posted, of a period, oldest or newest first', async () => {
    const { count, results } = await list(`${OF_JULY_1}&ordering=timestamp`);
    const seconds = results.map(({ timestamp }) => (timestamp - NOON) / 1_000);
    expect([count, seconds]).toEqual([6, [1, 2, 3, 4, 5, 11]]);
    const newest = await list(`${OF_JULY_1}&ordering=-timestamp&limit=1`);
    expect(newest.results.map(({ timestamp }) => timestamp)).toEqual([NOON + 11_000]);
  });

  test.each([
    `${OF_JULY_1}&ordering=timestamp&limit=2`,
    `${OF_JULY_1}&ordering=timestamp&limit=2&offset=2`,
    `${OF_JULY_1}&ordering=timestamp&limit=2&offset=1`,
    `${OF_JULY_1}&ordering=timestamp&limit=2&offset=4`,
    `${OF_JULY_1}&ordering=timestamp&offset=100`,
    `${OF_JULY_1}&ordering=timestamp&limit=0`,
    `${OF_JULY_1}&ordering=timestamp&limit=-1&offset=x`,
    `${OF_JULY_1}&ordering=-timestamp&limit=4&offset=1`,
    'timestamp__gte=2026-07-01T12:00:03Z&timestamp__lte=2026-07-01T12:00:03Z',
    'timestamp__gte=2026-07-01%2014:00:03&timestamp__lte=2026-07-01T14:00:05&ordering=timestamp',
    'timestamp=2026-07-01T12:00:04Z',
    'timestamp__gte=2030-01-01T00:00:00Z&timestamp__lte=2031-01-01T00:00:00Z',
  ])('has the same pages, rows and links for %s', async (query) => {
    await list(query);
  });

  test('says what is no time', async () => {
    expect(await ask(`${V2}?timestamp__gte=yesterday&timestamp__lte=2026-13-01T00:00:00Z`)).toMatchObject({
      status: 400,
      body: { timestamp__gte: ['Enter a valid date/time.'], timestamp__lte: ['Enter a valid date/time.'] },
    });
  });
});

test('a service that takes no posts is a DSMR-reader whose API is switched off', async () => {
  const silent = await startService({
    config: {
      source: { type: 'simulator', interval: '1s' },
      http: { enabled: true, listen: '127.0.0.1:0' },
      compat: { dsmrReader: { enabled: true } },
    },
  });
  try {
    const url = await webUrl(silent);
    const headers = { 'x-authkey': addKey(silent.stateDir, 'esp', SCOPES), 'content-type': FORM };
    both.reader.enabled = false;
    for (const path of [V1, V2]) {
      const asking = { method: 'POST', headers, body: 'telegram=x' };
      const [theirs, ours] = [await askWeb(both.reader.url, path, asking), await askWeb(url, path, asking)];
      expect([ours.status, ours.text]).toEqual([theirs.status, theirs.text]);
    }
  } finally {
    both.reader.enabled = true;
    await silent.end();
  }
});
