import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { judge } from '../../../src/endpoints/answers.ts';
import { DSMR_ANSWERS, type Question } from '../../../src/endpoints/dsmr-answers.ts';
import type { HttpAnswer } from '../../../src/endpoints/http.ts';
import { DsmrReader, type Fault, faults } from '../../support/dsmr-reader.ts';
import { buildTelegram, withChecksum } from '../../support/telegrams.ts';

/**
 * Each row is an answer that a running DSMR-reader 5.11 was seen to give. The stand-in must give it, and the
 * classification must understand it.
 */

const NOW = new Date('2026-01-15T12:00:00Z');
const KEY = 'SECRETKEY';

const OBJECTS = {
  version: '1-3:0.2.8(50)',
  clock: '0-0:1.0.0(260115120000W)',
  delivered1: '1-0:1.8.1(000671.578*kWh)',
  delivered2: '1-0:1.8.2(000842.472*kWh)',
  returned1: '1-0:2.8.1(000000.000*kWh)',
  returned2: '1-0:2.8.2(000000.000*kWh)',
  powerDelivered: '1-0:1.7.0(00.333*kW)',
  powerReturned: '1-0:2.7.0(00.000*kW)',
};

/** A DSMR 5 telegram in which some objects are printed otherwise, or (an empty text) not at all. */
function telegram(changed: Partial<Record<keyof typeof OBJECTS | 'more', string>> = {}): string {
  const objects = Object.values({ ...OBJECTS, ...changed }).filter((line) => line !== '');
  return buildTelegram('/ISK5\\2M550T-1012', objects).toString('latin1');
}

const READING = {
  timestamp: '2026-01-15T12:00:00+01:00',
  electricity_delivered_1: '671.578',
  electricity_returned_1: '0.000',
  electricity_delivered_2: '842.472',
  electricity_returned_2: '0.000',
  electricity_currently_delivered: '0.333',
  electricity_currently_returned: '0.000',
};

let reader: DsmrReader;
beforeAll(async () => {
  reader = await new DsmrReader({ key: KEY, now: () => NOW }).start();
});
afterAll(() => reader.stop());
beforeEach(() => {
  reader.rows.length = 0;
  reader.enabled = true;
  reader.profile = 'nl';
  reader.fault = undefined;
});

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | FormData | URLSearchParams;
}

/** What the verdict on an answer is called; the class of the error, or `taken`. */
async function ask(question: Question, sent: Sent): Promise<{ answer: HttpAnswer; verdict: string }> {
  const { method = 'POST', path = `/api/${question}/datalogger/dsmrreading`, headers = {}, body } = sent;
  const init = { method, headers: { 'x-authkey': KEY, ...headers }, redirect: 'manual' as const };
  const response = await fetch(reader.url + path, body === undefined ? init : { ...init, body });
  const answer = {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    whole: true,
  };
  return { answer, verdict: verdictOn(answer, question) };
}

function verdictOn(answer: HttpAnswer, question: Question): string {
  try {
    judge(DSMR_ANSWERS, answer, { question, address: 'http://dsmr', secrets: [KEY] }, NOW);
    return 'taken';
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

const form = (text: string): Sent => ({ body: new URLSearchParams({ telegram: text }) });
const json = (changed: Record<string, unknown> = {}): Sent => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ ...READING, ...changed }),
});

const V1 = '/api/v1/datalogger/dsmrreading';
const gasAt = (stamp: string): string => `0-1:24.2.1(${stamp})(00112.384*m3)`;
const good = telegram();
const withCrc = (text: string, digits: string): string => text.replace(/![0-9A-F]{4}/, `!${digits}`);
const overLf = withChecksum(`${good.slice(0, good.indexOf('!')).replaceAll('\r\n', '\n')}!`).toString('latin1');
const crcOf = (text: string): string => /!([0-9A-F]{4})/.exec(text)![1]!;
const multipart = (): FormData => {
  const data = new FormData();
  data.append('telegram', good);
  return data;
};

type Row = [name: string, sent: Sent, status: number, body: RegExp, stored: number, verdict: string];

describe('API v1', () => {
  test.each<Row>([
    ['a good telegram', form(good), 201, /^$/, 1, 'taken'],
    ['a lower-case CRC', form(withCrc(good, crcOf(good).toLowerCase())), 201, /^$/, 1, 'taken'],
    ['no line end at the end', form(good.trimEnd()), 201, /^$/, 1, 'taken'],
    ['line ends and NULs around it', form(`\r\n\0${good}\r\n\0`), 201, /^$/, 1, 'taken'],
    ['a multipart form', { body: multipart() }, 201, /^$/, 1, 'taken'],
    ['a wrong CRC', form(withCrc(good, '0000')), 500, /^Failed to parse telegram$/, 0, 'Unreadable'],
    ['no CRC', form(withCrc(good, '')), 500, /^Failed to parse telegram$/, 0, 'Unreadable'],
    ['a CRC of three digits', form(withCrc(good, crcOf(good).slice(1))), 500, /^Failed to parse/, 0, 'Unreadable'],
    ['garbage before the telegram', form(`xyz${good}`), 500, /^Failed to parse telegram$/, 0, 'Unreadable'],
    ['two telegrams', form(good + good), 500, /^Failed to parse telegram$/, 0, 'Unreadable'],
    ['an empty field', form(''), 400, /^Invalid data$/, 0, 'Refused'],
    ['no field', { body: new URLSearchParams({ other: '1' }) }, 400, /^Invalid data$/, 0, 'Refused'],
    [
      'a body that is no form',
      { headers: { 'content-type': 'text/plain' }, body: good },
      400,
      /^Invalid data$/,
      0,
      'Refused',
    ],
    ['a wrong key', { ...form(good), headers: { 'x-authkey': 'x' } }, 403, /^Invalid auth key$/, 0, 'Paused'],
    [
      'the key as a token',
      { ...form(good), headers: { 'x-authkey': '', authorization: `Token ${KEY}` } },
      201,
      /^$/,
      1,
      'taken',
    ],
    [
      'the key as a bearer',
      { ...form(good), headers: { 'x-authkey': '', authorization: `Bearer ${KEY}` } },
      403,
      /^Invalid/,
      0,
      'Paused',
    ],
    ['PUT', { ...form(good), method: 'PUT' }, 405, /^$/, 0, 'Paused'],
    ['a slash behind the path', { ...form(good), path: '/api/v1/datalogger/dsmrreading/' }, 404, /</, 0, 'Paused'],
    [
      'a stamp of two days ahead',
      form(telegram({ clock: '0-0:1.0.0(260117120001W)' })),
      500,
      /^Failed to parse/,
      0,
      'Unreadable',
    ],
    ['a stamp of two years ago', form(telegram({ clock: '0-0:1.0.0(240115120000W)' })), 201, /^$/, 1, 'taken'],
    ['no clock', form(telegram({ clock: '' })), 201, /^$/, 1, 'taken'],
    ['1.8.1 missing', form(telegram({ delivered1: '' })), 500, /<pre>IntegrityError: /, 0, 'Unreadable'],
    ['1.8.2 missing', form(telegram({ delivered2: '' })), 201, /^$/, 1, 'taken'],
    [
      '1,000,000 kWh',
      form(telegram({ delivered1: '1-0:1.8.1(1000000.000*kWh)' })),
      500,
      /<pre>.*InvalidOperation/,
      0,
      'Refused',
    ],
    ['1000 V', form(telegram({ more: '1-0:32.7.0(1000.0*V)' })), 500, /<pre>.*InvalidOperation/, 0, 'Refused'],
    [
      'a version of three characters',
      form(telegram({ version: '1-3:0.2.8(500)' })),
      500,
      /<pre>DataError/,
      1,
      'FailedOn',
    ],
    ['a NUL inside', form(telegram({ more: '0-0:96.13.0(41\0)' })), 500, /<pre>ValueError.*NUL/, 1, 'FailedOn'],
    ['bare LF with the CRC of CR LF', form(good.replaceAll('\r\n', '\n')), 500, /^Failed to parse/, 0, 'Unreadable'],
    ['2.8.1 missing', form(telegram({ returned1: '' })), 500, /<pre>IntegrityError: /, 0, 'Unreadable'],
    ['1.7.0 missing', form(telegram({ powerDelivered: '' })), 500, /<pre>IntegrityError: /, 0, 'Unreadable'],
    ['2.7.0 missing', form(telegram({ powerReturned: '' })), 500, /<pre>IntegrityError: /, 0, 'Unreadable'],
    ['2.8.2 missing', form(telegram({ returned2: '' })), 201, /^$/, 1, 'taken'],
    [
      'a gas stamp of two days ahead',
      form(telegram({ more: gasAt('260117120001W') })),
      500,
      /^Failed/,
      0,
      'Unreadable',
    ],
    ['a gas stamp of one day ahead', form(telegram({ more: gasAt('260116120000W') })), 201, /^$/, 1, 'taken'],
    ['a clock of the year 2000', form(telegram({ clock: '0-0:1.0.0(000101000000W)' })), 201, /^$/, 1, 'taken'],
    ['one line that cannot be read', form(telegram({ more: '1-0:21.7.0(ab.cd*kW)' })), 201, /^$/, 1, 'taken'],
    ['four decimals', form(telegram({ delivered1: '1-0:1.8.1(671.5781*kWh)' })), 201, /^$/, 1, 'taken'],
    ['1000 A', form(telegram({ more: '1-0:31.7.0(1000*A)' })), 201, /^$/, 1, 'taken'],
    ['a message of 2 kB', form(telegram({ more: `0-0:96.13.0(${'41'.repeat(1_000)})` })), 201, /^$/, 1, 'taken'],
    ['a form of 2.6 MB', form('x'.repeat(2_621_441)), 500, /<pre>RequestDataTooBig/, 0, 'Refused'],
    [
      'the telegram in the address',
      { path: `${V1}?telegram=${encodeURIComponent(good)}` },
      400,
      /^Invalid/,
      0,
      'Refused',
    ],
    [
      'the telegram as JSON',
      { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ telegram: good }) },
      400,
      /^Invalid data$/,
      0,
      'Refused',
    ],
    [
      'a wrong key and no telegram',
      { ...form(''), headers: { 'x-authkey': 'x' } },
      403,
      /^Invalid auth key$/,
      0,
      'Paused',
    ],
    ['GET', { method: 'GET' }, 405, /^$/, 0, 'Paused'],
    ['a path that it does not know', { ...form(good), path: '/api/v1/reading' }, 404, /</, 0, 'Paused'],
    ['bare LF with a CRC over bare LF', form(overLf), 500, /<pre>IntegrityError/, 0, 'Unreadable'],
  ])('%s', async (_, sent, status, body, stored, verdict) => {
    const result = await ask('v1', sent);
    expect(result.answer.status).toBe(status);
    expect(result.answer.body).toMatch(body);
    expect(reader.rows).toHaveLength(stored);
    expect(result.verdict).toBe(verdict);
  });

  test('the API is disabled, whatever the key', async () => {
    reader.enabled = false;
    const { answer, verdict } = await ask('v1', { ...form(good), headers: { 'x-authkey': 'x' } });
    expect([answer.status, answer.body, answer.headers['allow'], verdict]).toEqual([
      405,
      'API is disabled',
      'POST',
      'Paused',
    ]);
  });

  test('a telegram without a clock is stamped with its arrival', async () => {
    await ask('v1', form(telegram({ clock: '0-0:1.0.0(632525252525W)' })));
    expect(reader.rows[0]?.reading.timestamp).toBe(NOW.getTime());
  });

  test('a second post stores a second row', async () => {
    await ask('v1', form(good));
    await ask('v1', form(good));
    expect(reader.rows.map(({ reading }) => reading)).toEqual([reader.rows[0]?.reading, reader.rows[0]?.reading]);
  });

  test('a CRC that fails is counted, a stamp in the future is not', async () => {
    const before = reader.statistics['rejected_telegrams'] as number;
    await ask('v1', form(withCrc(good, '0000')));
    await ask('v1', form(telegram({ clock: '0-0:1.0.0(270115120000W)' })));
    expect(reader.statistics['rejected_telegrams']).toBe(before + 1);
  });

  test('set to DSMR 2/3 it wants no CRC', async () => {
    reader.profile = 'nl-2-3';
    const { verdict } = await ask('v1', form(withCrc(telegram({ clock: '' }), '')));
    expect(verdict).toBe('taken');
  });
});

describe('API v2', () => {
  test.each<Row>([
    ['a good reading', json(), 201, /"electricity_delivered_1":"671.578"/, 1, 'taken'],
    ['a form', { body: new URLSearchParams(READING) }, 201, /"id":1/, 1, 'taken'],
    [
      'a missing field',
      json({ timestamp: undefined }),
      400,
      /^\{"timestamp":\["This field is required."\]\}$/,
      0,
      'Refused',
    ],
    ['no number', json({ electricity_delivered_1: '1,5' }), 400, /A valid number is required./, 0, 'Refused'],
    ['four decimals', json({ electricity_delivered_1: '1.2345' }), 400, /no more than 3 decimal places/, 0, 'Refused'],
    [
      '1,000,000 kWh',
      json({ electricity_delivered_1: '1000000' }),
      400,
      /6 digits before the decimal point/,
      0,
      'Refused',
    ],
    [
      'a voltage of two decimals',
      json({ phase_voltage_l1: '230.15' }),
      400,
      /no more than 4 digits in total/,
      0,
      'Refused',
    ],
    ['1000 A', json({ phase_power_current_l1: 1000 }), 400, /less than or equal to 999/, 0, 'Refused'],
    ['half an ampere', json({ phase_power_current_l1: '1.5' }), 400, /A valid integer is required/, 0, 'Refused'],
    ['an empty optional field', json({ phase_voltage_l1: '' }), 201, /"phase_voltage_l1":null/, 1, 'taken'],
    ['unknown fields', json({ id: 7, tea: 1 }), 201, /"id":1/, 1, 'taken'],
    ['an empty required field', json({ electricity_returned_1: '' }), 400, /A valid number is required./, 0, 'Refused'],
    ['NaN', json({ electricity_delivered_1: 'NaN' }), 400, /A valid number is required./, 0, 'Refused'],
    ['zeros behind three decimals', json({ electricity_delivered_1: '1.23450' }), 400, /no more than 3/, 0, 'Refused'],
    ['1000 V', json({ phase_voltage_l1: '1000.0' }), 400, /no more than 4 digits in total/, 0, 'Refused'],
    ['-1 A', json({ phase_power_current_l1: -1 }), 400, /greater than or equal to 0/, 0, 'Refused'],
    ['1.0 A', json({ phase_power_current_l1: '1.0' }), 201, /"phase_power_current_l1":1,/, 1, 'taken'],
    ['a negative register', json({ electricity_returned_1: '-1.5' }), 201, /"-1.500"/, 1, 'taken'],
    ['a number with an exponent', json({ electricity_returned_1: '1e3' }), 201, /"1000.000"/, 1, 'taken'],
    ['null for an optional field', json({ phase_voltage_l1: null }), 201, /"phase_voltage_l1":null/, 1, 'taken'],
    ['a time without seconds', json({ timestamp: '2026-01-15T12:00+01' }), 201, /T12:00:00\+01:00/, 1, 'taken'],
    ['a time with a space', json({ timestamp: '2026-01-15 11:00:00Z' }), 201, /T12:00:00\+01:00/, 1, 'taken'],
    ['a time without an offset', json({ timestamp: '2026-01-15T12:00:00' }), 201, /T12:00:00\+01:00/, 1, 'taken'],
    [
      'a local time that comes twice',
      json({ timestamp: '2025-10-26T02:30:00' }),
      400,
      /Invalid datetime/,
      0,
      'Refused',
    ],
    ['a date', json({ timestamp: '2026-01-15' }), 400, /Datetime has wrong format/, 0, 'Refused'],
    ['the stamp of a telegram', json({ timestamp: '260115120000W' }), 400, /Datetime has wrong format/, 0, 'Refused'],
    ['a time of 1999', json({ timestamp: '1999-12-31T23:00:00Z' }), 201, /"2000-01-01T00:00:00\+01:00"/, 1, 'taken'],
    [
      'a plus sign in a form that stands for itself',
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(READING).toString().replaceAll('%2B', '+'),
      },
      400,
      /Datetime has wrong format/,
      0,
      'Refused',
    ],
    ['PUT', { ...json(), method: 'PUT' }, 405, /not allowed/, 0, 'Paused'],
    ['a list', { ...json(), body: '[]' }, 400, /Expected a dictionary/, 0, 'Refused'],
    ['broken JSON', { ...json(), body: '{' }, 400, /JSON parse error/, 0, 'Refused'],
    ['an epoch for a time', json({ timestamp: 1_768_474_800 }), 400, /Datetime has wrong format/, 0, 'Refused'],
    [
      'a local time in the spring gap',
      json({ timestamp: '2026-03-29T02:30:00' }),
      400,
      /Invalid datetime/,
      0,
      'Refused',
    ],
    ['a time of 2099', json({ timestamp: '2099-01-01T00:00:00Z' }), 201, /"2099-01-01T01:00:00\+01:00"/, 1, 'taken'],
    [
      'another kind of body',
      { ...json(), headers: { 'content-type': 'text/plain' } },
      415,
      /Unsupported media type/,
      0,
      'Paused',
    ],
    ['no JSON accepted', { ...json(), headers: { accept: 'text/html' } }, 406, /Accept/, 0, 'Paused'],
    [
      'a wrong key',
      { ...json(), headers: { 'x-authkey': 'x' } },
      403,
      /^\{"detail":"Invalid auth key"\}$/,
      0,
      'Paused',
    ],
    ['DELETE', { method: 'DELETE' }, 405, /not allowed/, 0, 'Paused'],
    ['a slash behind the path', { ...json(), path: '/api/v2/datalogger/dsmrreading/' }, 404, /</, 0, 'Paused'],
  ])('%s', async (_, sent, status, body, stored, verdict) => {
    const result = await ask('v2', sent);
    expect(result.answer.status).toBe(status);
    expect(result.answer.body).toMatch(body);
    expect(reader.rows).toHaveLength(stored);
    expect(result.verdict).toBe(verdict);
  });

  test('the API is disabled', async () => {
    reader.enabled = false;
    const { answer, verdict } = await ask('v2', json());
    expect([answer.status, answer.body, verdict]).toEqual([403, '{"detail":"API is disabled"}', 'Paused']);
  });

  test('the list finds a reading by its instant, to the second, in any offset', async () => {
    await ask('v2', json());
    await ask('v2', json({ timestamp: '2026-01-15T12:00:01+01:00' }));
    const path =
      '/api/v2/datalogger/dsmrreading?timestamp__gte=2026-01-15T11:00:00Z&timestamp__lte=2026-01-15T12:00:00%2B01:00';
    const { answer } = await ask('v2', { method: 'GET', path });
    expect(JSON.parse(answer.body)).toMatchObject({ count: 1, next: null, results: [READING] });
  });

  test('the list is cut to pages and put in order', async () => {
    for (const second of ['02', '01', '03']) await ask('v2', json({ timestamp: `2026-01-15T12:00:${second}+01:00` }));
    const path = '/api/v2/datalogger/dsmrreading?ordering=-timestamp&limit=1&offset=1';
    const { answer } = await ask('v2', { method: 'GET', path });
    expect(JSON.parse(answer.body)).toMatchObject({ count: 3, results: [{ timestamp: '2026-01-15T12:00:02+01:00' }] });
  });

  test('a bound that cannot be read is refused', async () => {
    const { answer } = await ask('v2', { method: 'GET', path: '/api/v2/datalogger/dsmrreading?timestamp__gte=soon' });
    expect([answer.status, answer.body]).toEqual([400, '{"timestamp__gte":["Enter a valid date/time."]}']);
  });

  test('the version can be asked for', async () => {
    const { answer, verdict } = await ask('version', { method: 'GET', path: '/api/v2/application/version' });
    expect([answer.body, verdict]).toEqual(['{"version":"5.11.0"}', 'taken']);
  });
});

/** The server's error page for this exception. */
const page = (raised: string): Fault => faults.status(500, { body: `<h2>Exception:</h2>\n<pre>${raised}</pre>` });

describe('what others answer in its place', () => {
  test.each<[string, Fault, string]>([
    [
      'a database that is down',
      faults.status(500, { body: '<pre>OperationalError: connection refused</pre>' }),
      'Ambiguous',
    ],
    [
      'an error page that names a lasting cause only in its trace',
      faults.status(500, { body: '<pre>OperationalError</pre><pre>DataError</pre>' }),
      'Ambiguous',
    ],
    ['a 500 with no body', faults.status(500), 'Ambiguous'],
    ['a cursor that is gone', page('InterfaceError: connection already closed'), 'Ambiguous'],
    ['a table that is gone', page('ProgrammingError: relation does not exist'), 'Ambiguous'],
    [
      'the error page of another server',
      faults.status(500, { body: '<h1>500 Internal Server Error</h1>' }),
      'Ambiguous',
    ],
    ['a number that cannot be stored', page("InvalidOperation: [<class 'decimal.InvalidOperation'>]"), 'Refused'],
    ['any other constraint', page('IntegrityError: duplicate key value violates unique constraint'), 'Refused'],
    ['a text that is too long', page('django.db.utils.DataError: value too long'), 'FailedOn'],
    ['a fault in its own code', page("AttributeError: 'NoneType' object has no attribute 'time'"), 'FailedOn'],
    ['no API user', faults.status(500, { body: '{"detail":"API user not found"}' }), 'Paused'],
    ['a text with 400', faults.status(400, { body: '400 Bad Request: missing Host' }), 'Paused'],
    ['a page with 403', faults.otherWebServer(403), 'Paused'],
    ['a page with 405', faults.otherWebServer(405), 'Paused'],
    ['a page with 404', faults.otherWebServer(404), 'Paused'],
    ['406', faults.status(406), 'Paused'],
    ['415', faults.status(415), 'Paused'],
    ['431', faults.status(431), 'Paused'],
    ['507', faults.status(507), 'Ambiguous'],
    ['a status that nobody knows', faults.status(799), 'Paused'],
    ['401 of a proxy', faults.status(401), 'Paused'],
    [
      'http to an https port',
      faults.status(400, { body: '<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>' }),
      'Paused',
    ],
    ['413', faults.status(413), 'Refused'],
    ['408', faults.status(408), 'TryLater'],
    ['425', faults.status(425), 'TryLater'],
    ['429', faults.status(429), 'TryLater'],
    ['502', faults.status(502), 'Ambiguous'],
    ['503', faults.status(503), 'TryLater'],
    ['504', faults.status(504), 'Ambiguous'],
    ['a redirect', faults.redirect('https://elsewhere'), 'Paused'],
    ['202', faults.status(202), 'Paused'],
    ['204', faults.status(204), 'Paused'],
    ['a page with 200', faults.otherWebServer(), 'Paused'],
  ])('%s', async (_, fault, verdict) => {
    reader.fault = fault;
    expect((await ask('v1', form(good))).verdict).toBe(verdict);
    expect((await ask('v2', json())).verdict).toBe(verdict);
  });

  test.each<[string, Fault, RegExp]>([
    ['a wrong key', faults.status(403, { body: 'Invalid auth key' }), /^set key /],
    ['a login that a proxy wants', faults.status(401), /^set url with the name and password /],
    ['an API that is switched off', faults.status(405, { body: 'API is disabled' }), /^switch the API on /],
    ['another server', faults.otherWebServer(405), /^set url /],
    ['a proxy that forbids', faults.otherWebServer(403), /^see what stands between /],
    ['another kind of meter', faults.status(500, { body: 'Failed to parse telegram' }), /^set "DSMR version" /],
    ['a register that it lacks', page('IntegrityError: null value in column "electricity_delivered_1"'), /^set "DSMR/],
    ['the same in SQLite', page('IntegrityError: NOT NULL constraint failed: dsmrreading.x'), /^set "DSMR version" /],
    ['the same in MySQL', page("IntegrityError: (1048, Column 'x' cannot be null)"), /^set "DSMR version" /],
  ])('%s is said with what to do', async (_, fault, remedy) => {
    reader.fault = fault;
    const { answer } = await ask('v1', form(good));
    const asked = { question: 'v1', address: 'http://dsmr', secrets: [KEY] } as const;
    expect(() => judge(DSMR_ANSWERS, answer, asked, NOW)).toThrow(
      expect.objectContaining({ remedy: expect.stringMatching(remedy) as string }),
    );
  });

  test('what an answer repeats of the request tells neither the key nor whose meter it is', () => {
    const body = `${KEY} /ISK5\\2M550T-1012 0-0:96.1.1(4530303434303037333832323436303139) 1-0:1.8.1(000881.731*kWh)`;
    const asked = { question: 'v1', address: 'http://dsmr', secrets: [KEY] } as const;
    expect(() => judge(DSMR_ANSWERS, { status: 400, headers: {}, body, whole: true }, asked, NOW)).toThrow(
      'http://dsmr answered 400: *** /*** 0-0:96.1.1(***) 1-0:1.8.1(000881.731*kWh)',
    );
  });

  test.each<[string, number | undefined]>([
    ['120', 120_000],
    ['0', 0],
    ['999999', 3_600_000],
    ['Thu, 15 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
  ])('Retry-After: %s', (text, delayMs) => {
    const answer = { status: 503, headers: { 'retry-after': text }, body: '', whole: true };
    const asked = { question: 'v1', address: 'http://dsmr', secrets: [KEY] } as const;
    expect(() => judge(DSMR_ANSWERS, answer, asked, NOW)).toThrow(
      expect.objectContaining({ name: 'TryLater', delayMs }),
    );
  });
});
