import { describe, expect, onTestFinished, test } from 'vitest';
import { faults, startDsmrReader, type DsmrReader, type DsmrReaderOptions } from '../dsmr-reader.ts';
import { buildTelegram } from '../telegrams.ts';

/** A summer noon in Amsterdam, and the seconds behind it. */
const NOON = Date.parse('2026-07-01T10:00:00Z');
const KEY = 'a-key';

interface Page {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: {
    id: number;
    timestamp: string;
    electricity_delivered_1: string;
    extra_device_timestamp: string;
  }[];
}

async function listen(options: DsmrReaderOptions = {}): Promise<DsmrReader> {
  const reader = await startDsmrReader({ key: KEY, now: () => new Date(NOON), ...options });
  onTestFinished(() => reader.stop());
  return reader;
}

/** Posts a reading for each of these seconds after noon. */
async function post(reader: DsmrReader, seconds: readonly number[]): Promise<void> {
  for (const second of seconds) {
    await fetch(`${reader.url}/api/v2/datalogger/dsmrreading`, {
      method: 'POST',
      headers: { 'x-authkey': KEY, 'content-type': 'application/json' },
      body: JSON.stringify({
        timestamp: new Date(NOON + second * 1_000).toISOString(),
        electricity_delivered_1: `${second}.5`,
        electricity_returned_1: '0',
        electricity_delivered_2: '0',
        electricity_returned_2: '0',
        electricity_currently_delivered: '0.333',
        electricity_currently_returned: '0',
      }),
    });
  }
}

async function ask(reader: DsmrReader, query: string): Promise<Response> {
  return fetch(`${reader.url}/api/v2/datalogger/dsmrreading?${query}`, { headers: { 'x-authkey': KEY } });
}

async function list(reader: DsmrReader, query = ''): Promise<Page> {
  return (await (await ask(reader, query)).json()) as Page;
}

const stampsOf = ({ results }: Page): string[] => results.map(({ timestamp }) => timestamp);

describe('the list of readings', () => {
  test.each([
    ['2026-07-01T10:00:01Z'],
    ['2026-07-01T12:00:01%2B02:00'],
    ['2026-07-01T12:00:01%2B0200'],
    ['2026-07-01%2012:00:01'],
    ['2026-07-01T12:00:01'],
    ['2026-07-01T10:00:01.000000Z'],
  ])('is asked for one instant, %s', async (instant) => {
    const reader = await listen();
    await post(reader, [0, 1, 1, 2]);
    const page = await list(reader, `timestamp__gte=${instant}&timestamp__lte=${instant}`);
    expect(page).toMatchObject({ count: 2, next: null, previous: null });
    expect(page.results).toMatchObject([
      { id: 2, timestamp: '2026-07-01T12:00:01+02:00', electricity_delivered_1: '1.500' },
      { id: 3, timestamp: '2026-07-01T12:00:01+02:00', electricity_delivered_1: '1.500' },
    ]);
  });

  test.each([
    ['2026-07-01T12:00:01+02:00', 'an offset whose plus is a space'],
    ['yesterday', 'no time'],
    ['260701120001S', 'a time as meters print it'],
    ['2026-13-01T12:00:00Z', 'a thirteenth month'],
    ['2026-10-25T02:30:00', 'an hour that comes twice'],
  ])('says 400 to %s: %s', async (instant) => {
    const response = await ask(await listen(), `timestamp__gte=${instant}&timestamp__lte=2026-07-01T10:00:00Z`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ timestamp__gte: ['Enter a valid date/time.'] });
  });

  test('comes 25 at a time, with links to the pages around', async () => {
    const reader = await listen();
    await post(
      reader,
      Array.from({ length: 60 }, (_, second) => second),
    );
    const first = await list(reader);
    expect([first.count, first.results.length, first.previous]).toEqual([60, 25, null]);
    const second = (await (await fetch(first.next!, { headers: { 'x-authkey': KEY } })).json()) as Page;
    expect(second.results.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, index) => 26 + index));
    expect(new URL(second.previous!).search).toBe('?limit=25');
    expect(new URL(second.next!).searchParams.get('offset')).toBe('50');
  });

  test.each([
    ['limit=2', ['12:00:00', '12:00:01']],
    ['limit=2&offset=2', ['12:00:02']],
    ['limit=0', ['12:00:00', '12:00:01', '12:00:02']],
    ['limit=-1&offset=-1', ['12:00:00', '12:00:01', '12:00:02']],
    ['limit=100000', ['12:00:00', '12:00:01', '12:00:02']],
    ['offset=9', []],
    ['ordering=-timestamp', ['12:00:02', '12:00:01', '12:00:00']],
    ['ordering=nothing', ['12:00:00', '12:00:01', '12:00:02']],
  ])('%s gives %j', async (query, times) => {
    const reader = await listen();
    await post(reader, [0, 1, 2]);
    expect(stampsOf(await list(reader, query))).toEqual(times.map((time) => `2026-07-01T${time}+02:00`));
  });
});

describe('a server', () => {
  const telegram = buildTelegram('/ISK5\\2M550T-1012', [
    '1-3:0.2.8(50)',
    '0-0:1.0.0(260701115900S)',
    '1-0:1.8.1(000671.578*kWh)',
    '1-0:1.8.2(000842.472*kWh)',
    '1-0:2.8.1(000000.000*kWh)',
    '1-0:2.8.2(000000.000*kWh)',
    '1-0:1.7.0(00.333*kW)',
    '1-0:2.7.0(00.000*kW)',
    '0-1:24.2.1(260701115500S)(00956.212*m3)',
  ]).toString('latin1');
  const postV1 = (reader: DsmrReader): Promise<Response> =>
    fetch(`${reader.url}/api/v1/datalogger/dsmrreading`, {
      method: 'POST',
      headers: { 'x-authkey': KEY },
      body: new URLSearchParams({ telegram }),
    });

  test('that overrides time stamps stores its own, of v1 only; gas to five minutes', async () => {
    const now = new Date('2026-07-01T10:07:08Z');
    const reader = await listen({ overridesTimestamps: true, now: () => now });
    await postV1(reader);
    await post(reader, [5]);
    const { results } = await list(reader);
    expect(results).toMatchObject([
      { timestamp: '2026-07-01T12:07:08+02:00', extra_device_timestamp: '2026-07-01T12:05:00+02:00' },
      { timestamp: '2026-07-01T12:00:05+02:00' },
    ]);
  });

  test('that cleans up lists the first and the last of each old hour, and all of the others', async () => {
    const reader = await listen({ keepsAllForMs: 3_600_000, now: () => new Date(NOON + 7_200_000) });
    await post(reader, [0, 1, 2, 3_598, 3_599, 3_600, 3_601, 3_602]);
    expect(stampsOf(await list(reader)).map((stamp) => stamp.slice(11, 19))).toEqual([
      '12:00:00',
      '12:59:59',
      '13:00:00',
      '13:00:01',
      '13:00:02',
    ]);
    expect(reader.rows).toHaveLength(8);
  });

  test.each([
    ['404', faults.otherWebServer(404), 404],
    ['403', faults.status(403, { body: 'Forbidden' }), 403],
    ['500', faults.exception('OperationalError', 'server closed the connection'), 500],
  ])('whose list says %s takes readings all the same', async (_, fault, status) => {
    const reader = await listen();
    reader.fault = faults.onlyFor('list', fault);
    expect((await postV1(reader)).status).toBe(201);
    expect((await ask(reader, '')).status).toBe(status);
    expect(reader.rows).toHaveLength(1);
  });
});
