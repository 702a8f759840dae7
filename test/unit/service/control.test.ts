import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, BadRequest, ControlServer, NoService } from '../../../src/service/control.ts';
import type { Choice, Desk } from '../../../src/service/desk.ts';
import type { Health } from '../../../src/service/health.ts';
import { historyDesk } from '../../../src/service/history-desk.ts';
import { remoteJournalDesk, type JournalDesk } from '../../../src/service/journal-desk.ts';
import { remoteDesk } from '../../../src/service/remote-desk.ts';
import { routes } from '../../../src/service/routes.ts';

let folder: string;
let socket: string;
let server: ControlServer;
let chosen: Choice[];
let seen: unknown[];

const desk: Desk = {
  list: () => Promise.resolve([]),
  dead: ({ endpoint }) =>
    endpoint === 'none' ? Promise.reject(new BadRequest('no endpoint none; there is: home')) : Promise.resolve([]),
  retry: (choice) => Promise.resolve({ count: chosen.push(choice), missing: [] }),
  drop: (choice) => Promise.resolve({ count: chosen.push(choice), missing: [] }),
};

/** Longer than a request may be. */
const TEXT = '/\u00ff\r\n'.repeat(25_000);

const journal: JournalDesk = {
  isLive: true,
  state: () => Promise.reject(new Error('not asked for')),
  survey: (asked) => Promise.resolve({ upTo: seen.push(asked), kept: [], damaged: [] }),
  page: (asked) => Promise.resolve({ upTo: seen.push(asked), rows: [{ seq: 2, source: 'meter', at: 5, text: TEXT }] }),
  faults: () => Promise.resolve([]),
};

beforeEach(async () => {
  chosen = [];
  seen = [];
  folder = await mkdtemp(join(tmpdir(), 'p1-relay-'));
  socket = join(folder, 'control.sock');
  const rejection = { source: 'meter', at: new Date(0), reason: 'checksum', raw: Buffer.from([0x2f, 0xff]) } as const;
  const health = () => ({ status: 'pass' }) as Health;
  const parts = {
    desk: () => desk,
    replay: () => expect.fail('nobody asks it'),
    journal: () => journal,
    history: () => historyDesk(undefined),
    health,
    rejections: () => [rejection],
  };
  server = new ControlServer(routes(parts));
  await server.listen(socket);
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe('the control socket', () => {
  test('of a service without a history says so', async () => {
    await expect(ask(socket, 'GET', '/history')).rejects.toThrow('history.enabled is false');
  });

  test('is for its own user only', async () => {
    expect((await stat(socket)).mode & 0o777).toBe(0o600);
  });

  test('takes the place of a file that a killed service left behind', async () => {
    await server.close();
    await writeFile(socket, 'left behind');
    await server.listen(socket);
    expect(await ask(socket, 'GET', '/health')).toEqual({ status: 'pass' });
  });

  test('stays where it is when it is opened twice at a time', async () => {
    const twice = join(folder, 'twice.sock');
    const other = new ControlServer({ 'GET /health': () => 'well' });
    await Promise.all([other.listen(twice), other.listen(twice)]);
    await other.listen(twice);
    expect(await ask(twice, 'GET', '/health')).toBe('well');
    await other.close();
  });

  test('hands choices on as they were made', async () => {
    await remoteDesk(socket).retry({ endpoint: 'home', ids: [3, 4] });
    await remoteDesk(socket).drop({ endpoint: 'home' });
    expect(chosen).toEqual([{ endpoint: 'home', ids: [3, 4] }, { endpoint: 'home' }]);
  });

  test('hands on which part of the journal is looked at', async () => {
    const desk = remoteJournalDesk(socket);
    const page = { after: 7, upTo: Number.MAX_SAFE_INTEGER, from: 0, to: 1_796_000_000_000, source: 'a b&c' };
    await desk.survey({ subject: 'dead', after: 0, upTo: 12 });
    const { rows } = await desk.page(page);
    await desk.page({ ...page, source: undefined });
    expect(seen).toEqual([{ subject: 'dead', after: 0, upTo: 12 }, page, { ...page, source: undefined }]);
    expect(rows).toEqual([{ seq: 2, source: 'meter', at: 5, text: TEXT }]);
  });

  test('gives the bytes of rejected telegrams one character a byte', async () => {
    expect(await ask(socket, 'GET', '/rejections')).toEqual([
      { source: 'meter', at: '1970-01-01T00:00:00.000Z', reason: 'checksum', raw: '/\u00ff' },
    ]);
  });

  test.each([
    ['no such route', 'GET', '/nowhere', undefined, /no such route: \/nowhere/],
    ['a body that is no choice', 'POST', '/outbox/retry', { ids: 'all' }, /endpoint/],
    ['an unknown endpoint', 'GET', '/outbox/dead?endpoint=none&after=0', undefined, /no endpoint none; there is: home/],
    [
      'a part of nothing',
      'GET',
      '/journal/survey?subject=all&after=0&upTo=1',
      undefined,
      /subject: numbers, telegrams/,
    ],
    ['a part without an end', 'GET', '/journal/survey?subject=dead&after=0', undefined, /upTo as a whole number/],
    ['a body without end', 'POST', '/outbox/drop', { endpoint: 'x'.repeat(100_000) }, /too long/],
  ] as const)('answers %s with a text for people', async (_, method, route, body, text) => {
    await expect(ask(socket, method, route, body)).rejects.toThrow(text);
    await expect(ask(socket, method, route, body)).rejects.toThrow(BadRequest);
  });

  test('that nobody listens on is told apart from a refusal', async () => {
    await expect(ask(join(folder, 'nobody.sock'), 'GET', '/health')).rejects.toThrow(NoService);
  });
});
