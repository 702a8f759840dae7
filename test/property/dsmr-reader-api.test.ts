import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { printPosted } from '../../src/reading/posted.ts';
import type { Parts, Request } from '../../src/web/compat/dsmr-reader/request.ts';
import { answer } from '../../src/web/compat/dsmr-reader/routes.ts';
import { HistoryScene, sample } from '../support/history.ts';

const scene = new HistoryScene();
afterAll(() => scene.end());
const NOW = Date.parse('2026-10-26T12:00:00+01:00');
scene.write([0, 60, 7_200].map((s) => sample(NOW / 1_000 - 90_000 + s, { import1: 1_000 + s })));

const row = {
  ...{ seq: 7, source: 'home', at: NOW, checksum: 'absent' as const },
  raw: printPosted({ timestamp: '2026-10-26T11:00:00+01:00', electricity_delivered_1: '1.000' }),
};
const parts: Parts = {
  takesPosts: true,
  isAllowed: () => true,
  office: {
    postTelegram: async () => Promise.resolve({ how: 'rejected', reason: 'truncated' }),
    postReading: async () => Promise.resolve({ how: 'kept', seq: 8 }),
    head: async () => Promise.resolve(7),
    letters: async (_, after) => Promise.resolve(after < 7 ? [row] : []),
    lettersBefore: async (_, before) => Promise.resolve(before > 7 ? [row] : []),
    count: async (_, after, upTo) => Promise.resolve({ upTo, count: after < 7 && upTo >= 7 ? 1 : 0 }),
    problems: async () => Promise.resolve([]),
  },
  history: (question) => question(scene.reader),
  source: { name: 'home', timeZone: 'Europe/Amsterdam' },
  prices: [],
  now: () => new Date(NOW),
};

const PATHS = [
  ...['/api/v1/datalogger/dsmrreading', '/api/v2/datalogger/dsmrreading', '/api/v2/consumption/today'],
  ...['/api/v2/consumption/electricity-live', '/api/v2/consumption/gas-live', '/api/v2/statistics/day'],
  ...['/api/v2/statistics/hour', '/api/v2/application/version', '/api/v2/application/monitoring', '/api/v2/none'],
];
const NAMES = [
  ...['timestamp', 'timestamp__gte', 'timestamp__lte', 'day', 'day__gte', 'day__lte', 'hour_start__gte'],
  ...[
    'hour_start__lte',
    'ordering',
    'limit',
    'offset',
    'telegram',
    'electricity_delivered_1',
    'phase_power_current_l1',
  ],
];
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom(
    '9999-12-31',
    '0001-01-01',
    '9999-12-31T23:59:59Z',
    '0001-01-01 00:00',
    '1e999',
    '-timestamp',
    '-day',
  ),
  fc.integer().map(String),
  fc.double().map(String),
);
const LEAST = {
  timestamp: '2026-07-02T14:00:00+02:00',
  electricity_delivered_1: '1',
  electricity_returned_1: '0',
  electricity_delivered_2: '1',
  electricity_returned_2: '1.5',
  electricity_currently_delivered: '0.333',
  electricity_currently_returned: '0',
};
const fields = fc.dictionary(fc.constantFrom(...NAMES), value);
const body = fc.oneof(
  fields.map((all) => new URLSearchParams(all).toString()),
  fc.json(),
  fields.map((all) => JSON.stringify(all)),
  fields.map((all) => JSON.stringify({ ...LEAST, ...all })),
  fc.string({ unit: 'binary' }),
);
const TYPES = [
  ...['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x', 'text/plain', ''],
  'multipart/form-data; boundary="',
];

test('whatever is asked, it is answered, and by no fault but that of a telegram', async () => {
  const asked = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'PATCH', 'TRACE'),
    path: fc.constantFrom(...PATHS),
    query: fields,
    type: fc.constantFrom(...TYPES),
    body,
  });
  const property = fc.asyncProperty(asked, async ({ method, path, query, type, body }) => {
    const url = new URL(`http://pi:8011${path}`);
    for (const [name, text] of Object.entries(query)) url.searchParams.set(name, text);
    const headers = { 'content-type': type };
    const request: Request = { method, url, headers, body: async () => Promise.resolve(Buffer.from(body)) };
    const given = await answer(request, parts);
    const isOfTelegram = given.status === 500 && given.body === 'Failed to parse telegram';
    expect(isOfTelegram || given.status < 500, `${given.status} ${given.body}`).toBe(true);
    if (given.headers['content-type'] === 'application/json') JSON.parse(given.body);
    expect(given.body).not.toMatch(/ at .*\.ts|NaN|Infinity|undefined|"[+-]\d{6}-/);
  });
  await fc.assert(property, { numRuns: 4_000 });
});
