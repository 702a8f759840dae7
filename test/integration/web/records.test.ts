import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { Database } from '../../../src/storage/database.ts';
import { startService, temporaryFolder, until, type Service } from '../../support/service.ts';
import { describeWithTools } from '../../support/tools.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
const CLIENT = join(ROOT, 'deploy/records/records.py');
const PRINTER = join(ROOT, 'deploy/records/records.mjs');
const START = new Date('2026-07-01T10:00:00Z');
const SECONDS = 440;

let service: Service;
let url: string;
let key: string;
let folder: string;
let telegrams: readonly Buffer[];

/** Posts the telegrams of these seconds of the house. */
async function post(seconds: readonly number[]): Promise<void> {
  for (const second of seconds) {
    const body = new URLSearchParams({ telegram: telegrams[second]!.toString('latin1') }).toString();
    const headers = { 'x-authkey': key, 'content-type': 'application/x-www-form-urlencoded' };
    const { status } = await askWeb(url, '/api/v1/datalogger/dsmrreading', { method: 'POST', headers, body });
    expect(status).toBe(201);
  }
}

/** Every ten seconds, from one up to another. */
function tens(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / 10 }, (_, index) => from + 10 * index);
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

async function recordsFrom(startingId: number, more = ''): Promise<Row[]> {
  const answer = await askWeb(url, `/edge/v1/records?starting_id=${startingId}${more}`, bearer(key));
  return answer.json() as Row[];
}

/** How far each minute of the house was seen: its end on the wall, and its revision. */
async function minutes(): Promise<(readonly [unknown, unknown])[]> {
  const found = (await recordsFrom(0)).filter(({ meter }) => meter === 'esp');
  return found.map(({ ts_time, revision }) => [ts_time, revision] as const);
}

beforeAll(async () => {
  const house = simulateHouse({ start: START, seed: 7, phases: 1 });
  telegrams = Array.from({ length: SECONDS }, () => house.next().value);
  folder = await temporaryFolder();
  service = await startService({
    config: {
      ...{ source: { type: 'ingest', name: 'esp' }, endpoints: [], http: HTTP },
      compat: { dsmrReader: { enabled: true } },
    },
  });
  url = await webUrl(service);
  key = addKey(service.stateDir, 'reader', ['usage:read', 'ingest:write']);
  return () => service.end();
});

const SEEN = [
  ['12:00:00', 1],
  ['12:01:00', 1],
  ['12:02:00', 1],
];

describeWithTools('the client that keeps a table in step', ['python3'], () => {
  const fetchInto = async (path: string): Promise<string> =>
    (await run('python3', [CLIENT, url, path], { env: { ...process.env, RECORDS_KEY: key } })).stdout;
  const tableOf = (path: string): Row[] => {
    const db = new Database(path, { readonly: true });
    const rows = db.prepare<[], Row>('SELECT * FROM records ORDER BY id').all();
    db.close();
    return rows.map((row) => ({ ...row, estimated: row['estimated'] === 1 }));
  };

  test('fetches what is new, puts corrected minutes in the place of those before, and adds late ones', async () => {
    const path = join(folder, 'records.db');
    await post([...tens(0, 180), 178]);
    await until(async () => (await minutes()).length === 4, 20_000);
    expect(await fetchInto(path)).toBe('5 records\n');
    expect(await fetchInto(path)).toBe('0 records\n');
    expect(tableOf(path)).toEqual(await recordsFrom(0));

    const firstPage = await recordsFrom(0, '&per_page=5');
    expect(firstPage).toHaveLength(5);

    await post([179, 180, ...tens(370, 430)]);
    await until(async () => (await minutes()).length === 5, 20_000);
    expect(await minutes()).toEqual([...SEEN, ['12:03:00', 2], ['12:07:00', 1]]);
    expect(await fetchInto(path)).toBe('3 records\n');
    expect(tableOf(path)).toEqual(await recordsFrom(0));
    // The corrected minute left the first page: what was in front of the second one is there all the same.
    const all = await recordsFrom(0);
    expect(await recordsFrom(0, '&per_page=5&page=2')).toEqual(all.slice(-3));
    expect(await recordsFrom(0, '&per_page=5&page=2')).toEqual(all.slice(-3));
    expect(await recordsFrom(0, '&per_page=5&page=3')).toEqual([]);

    await post([...tens(240, 310), 438]);
    await until(async () => (await minutes()).length === 7, 20_000);
    expect(await minutes()).toEqual([...SEEN, ['12:03:00', 2], ['12:07:00', 1], ['12:04:00', 1], ['12:05:00', 1]]);
    expect(await fetchInto(path)).toBe('2 records\n');
    expect(tableOf(path)).toEqual(await recordsFrom(0));
  });

  test('goes on with what is kept where it came too late, and says what it missed', async () => {
    const [first, ...rest] = (await recordsFrom(0))
      .slice(0, 3)
      .map((row, index) => ({ ...row, id: [4, 9, 10][index]! }));
    const kept: Record<string, [status: number, body: unknown]> = {
      0: [200, [first]],
      5: [410, { status: 410, oldest_id: 9 }],
      9: [200, rest],
    };
    const server = createServer(({ url: asked = '' }, response) => {
      const startingId = new URL(asked, 'http://localhost').searchParams.get('starting_id')!;
      const [status, body] = kept[startingId] ?? [200, []];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const path = join(folder, 'late.db');
    const env = { ...process.env, RECORDS_KEY: key };
    const { stdout, stderr } = await run('python3', [CLIENT, `http://127.0.0.1:${port}`, path], { env });
    server.close();
    expect([stdout, stderr]).toEqual(['3 records\n', 'records 5 to 8 are not kept any more\n']);
    expect(tableOf(path).map(({ id }) => id)).toEqual([4, 9, 10]);
  });

  test.each([
    [
      'a wrong key',
      () => [url],
      'not-a-key',
      /^http:\S+ answers 401, the key or token is not known, or has expired\n$/,
    ],
    [
      'a stopped service',
      () => ['http://127.0.0.1:9'],
      'any',
      /^http:\/\/127\.0\.0\.1:9 does not answer as a p1-relay does: .*Connection refused.*\n$/,
    ],
    ['no address', () => [], 'any', /^usage: RECORDS_KEY=… records\.py http:\/\/meterpi:8011 records\.db\n$/],
    ['no key', () => [url], '', /^usage: /],
  ] as const)('says in one line what is wrong: %s', async (_, base, secret, said) => {
    const args = [CLIENT, ...base(), join(folder, 'wrong.db')];
    const env = { ...process.env, RECORDS_KEY: secret, PYTHONUTF8: '1' };
    const failed: unknown = await run('python3', args, { env }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1 });
    expect((failed as { stderr: string }).stderr).toMatch(said);
  });

  test('and the one that prints them, from an id on', async () => {
    const all = await recordsFrom(0);
    const { stdout } = await run(process.execPath, [PRINTER, url, String(all[2]!['id'])], {
      env: { ...process.env, RECORDS_KEY: key },
    });
    const printed = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
    expect(printed).toEqual(all.slice(2));
  });
});
