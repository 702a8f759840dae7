import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { beforeAll, describe, expect } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { Database } from '../../../src/storage/database.ts';
import { startService, temporaryFolder, until, type Service } from '../../support/service.ts';
import { describeWithTools } from '../../support/tools.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

/** The examples of the README's chapters on page and API, run as they stand there, at another address. */

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Six in the evening on the wall, of a Saturday: tariff 1. */
const START = new Date('2026-01-31T17:00:00Z');
/** Whole minutes; the telegram behind them ends the last one. */
const SECONDS = 960;

let service: Service;
let url: string;
let key: string;
let folder: string;
/** By the registers of the capture, in Wh. */
let taken: number;

beforeAll(async () => {
  const house = simulateHouse({ start: START, seed: 3, phases: 1 });
  folder = await temporaryFolder();
  const capture = join(folder, 'capture.bin');
  const telegrams = Array.from({ length: SECONDS + 2 }, () => house.next().value);
  writeFileSync(capture, Buffer.concat(telegrams));
  const other = simulateHouse({ start: START, seed: 9, phases: 3 });
  writeFileSync(join(folder, 'telegram.txt'), other.next().value);
  const [first, last] = [telegrams[0]!, telegrams[SECONDS]!].map(importedWh);
  taken = last! - first!;
  service = await startService({
    config: {
      sources: [
        { type: 'file', name: 'house', path: capture },
        { type: 'ingest', name: 'barn' },
      ],
      endpoints: [{ name: 'home', type: 'dsmr-v1', source: 'house', url: 'http://127.0.0.1:9', key: 'none' }],
      ...(parse(
        examplesIn('In the place of a DSMR-reader', 'yaml').find((block) => block.startsWith('prices:'))!,
      ) as object),
      ...{ http: HTTP, compat: { dsmrReader: { enabled: true } } },
    },
  });
  url = await webUrl(service);
  const scopes = ['status:read', 'usage:read', 'sessions:read', 'denials:read', 'ingest:write'] as const;
  key = addKey(service.stateDir, 'database', scopes);
  await until(async () => (await records()).length >= 21, 30_000);
  return () => service.end();
}, 60_000);

function importedWh(telegram: Buffer): number {
  const registers = telegram.toString('latin1').matchAll(/\n1-0:1\.8\.[12]\((\d+)\.(\d{3})\*kWh/g);
  return Array.from(registers, ([, whole, rest]) => Number(`${whole}${rest}`)).reduce((sum, wh) => sum + wh, 0);
}

async function records(): Promise<{ id: number }[]> {
  return (await askWeb(url, '/edge/v1/records', bearer(key))).json() as { id: number }[];
}

/** The examples of a chapter, in one language; without what makes keys, which a test has already. */
function examplesIn(chapter: string, language: string): string[] {
  const [, text = ''] = new RegExp(`\n### ${chapter}\n([^]*?)\n##`).exec(README) ?? [];
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'));
  return Array.from(blocks, ([, block = '']) =>
    block
      .replace(/^sudo .*\n/gm, '')
      .replaceAll('http://meterpi:8011', url)
      .replaceAll('$(npm root -g)/p1-relay', ROOT),
  );
}

/** What they print. */
async function print(chapter: string, language: 'sh' | 'python', index = 0): Promise<string> {
  const example = examplesIn(chapter, language)[index]!;
  const [command, ...args] =
    language === 'sh' ? ['bash', '-euo', 'pipefail', '-c', example] : ['python3', '-c', example];
  const env = { ...process.env, KEY: key };
  const { stdout } = await run(command, args, { env, cwd: folder });
  return stdout;
}

/** One JSON document a line, as curl prints them one after the other. */
function documents(text: string): unknown[] {
  return text
    .replaceAll('}{', '}\n{')
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describeWithTools('the examples of the README', ['bash', 'curl', 'python3'], () => {
  describe('Records: a copy of every minute in your own database', () => {
    const chapter = 'Records: a copy of every minute in your own database';

    test('the client fills a table, and later on adds nothing that it has', async () => {
      const all = await records();
      expect(await print(chapter, 'sh')).toBe(`${all.length} records\n`);
      expect(await print(chapter, 'sh')).toBe('0 records\n');
      const db = new Database(join(folder, 'records.db'), { readonly: true });
      const counted = db.prepare<[], { wh: number }>(
        "SELECT max(import_register_wh) - min(import_register_wh) AS wh FROM records WHERE meter = 'house'",
      );
      expect(counted.get()?.wh).toBe(taken);
      db.close();
    });

    test('by hand, with a login, page by page', async () => {
      const all = await records();
      expect(await print(chapter, 'python')).toBe(`${all.length} records, next time from ${all.at(-1)!.id + 1}\n`);
    });
  });

  test('In the place of a DSMR-reader', async () => {
    const accepted = async (): Promise<unknown> =>
      (await service.health()).sources.find(({ name }) => name === 'barn')?.accepted;
    expect(await print('In the place of a DSMR-reader', 'sh')).toBe('');
    expect(await accepted()).toBe(1);
  });

  test('Status: what runs, what waits', async () => {
    const printed = await print('Status: what runs, what waits', 'sh');
    const end = printed.lastIndexOf('}') + 1;
    const data = JSON.parse(printed.slice(0, end)) as Record<
      'servers' | 'meters' | 'queues' | 'sessions',
      Record<string, unknown>[]
    >;
    expect(data.servers).toMatchObject([
      { role: 'agent', status: 'running', coordinator: true },
      { role: 'endpoint', server_id: 'home', port: 9 },
    ]);
    expect(data.meters.map(({ meter_id }) => meter_id)).toEqual(['barn', 'house']);
    expect(data.queues).toMatchObject([{ queue_id: 'home', used: 962, free_bytes: expect.any(Number) as number }]);
    expect(printed.slice(end).trim()).toBe('home 962 waiting, 0 delivered');
    expect(data.sessions.map(({ kind }) => kind)).toContain('source');
  });

  test('and `end` at midnight in UTC leaves the day out that begins then', async () => {
    const days = async (end: string): Promise<unknown[]> => {
      const path = `/edge/v1/series/usage?start=2026-01-01T00:00:00Z&end=${end}`;
      return ((await askWeb(url, path, bearer(key))).json() as { data: unknown[] }).data;
    };
    expect(await days('2026-01-31T00:00:00Z')).toEqual([]);
    expect(await days('2026-01-31T00:00:00-00:00')).toEqual([]);
    expect(await days('2026-02-01T00:00:00Z')).toHaveLength(1);
    expect(await days('2026-01-31T00:00:01Z')).toHaveLength(1);
  });

  test('Usage, sessions, denials', async () => {
    const [usage, sessions, ...denials] = (await print('Usage, sessions, denials', 'sh')).split(/(?<=\})(?=\{|id,)/);
    const { series } = JSON.parse(usage!) as {
      series: { marker: { value: string }; data: { from: string; import: number }[] }[];
    };
    expect(series.map(({ marker }) => marker.value)).toEqual(['1', '2']);
    expect(series[0]!.data.map(({ from }) => from)).toEqual(['2026-01-31T18:00:00+01:00']);
    const running = JSON.parse(sessions!) as { total: number; data: { session_id: string }[] };
    expect(running.data.map(({ session_id }) => session_id)).toContain('source-barn');
    expect(denials.join('').trim()).toBe('id,denial_time,kind,reason,err_msg,meter,endpoint,client');
  });

  test('By month, by day, by marker', async () => {
    const printed = await print('By month, by day, by marker', 'sh');
    const [month, meters, days, tariff] = documents(printed) as { data: Record<string, unknown>[] }[];
    const used = { total: taken, import: taken, export: 0, net: taken, unit: 'Wh' };
    expect(taken).toBeGreaterThan(50);
    expect(month).toMatchObject({ nextPage: null, prevPage: null });
    expect(month!.data).toMatchObject([
      { marker: { key: 'tariff', value: '1' }, usage: used },
      { marker: { key: 'tariff', value: '2' }, usage: { total: 0 } },
    ]);
    expect(meters!.data).toMatchObject([
      { meter: { id: 'house' }, usage: { ...used, date: '2026-01-01T00:00:00+01:00' } },
    ]);
    expect(days!.data).toMatchObject([{ day: '2026-01-31T00:00:00+01:00', ...used }]);
    expect(tariff!.data).toMatchObject([{ day: '2026-01-31T00:00:00+01:00', total: 0, unit: 'Wh' }]);
  });
});
