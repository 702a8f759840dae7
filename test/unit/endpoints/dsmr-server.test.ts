import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dsmrSettings, openDsmrServer } from '../../../src/endpoints/dsmr-server.ts';
import { kit } from '../../../src/settings/values.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import { Ambiguous, Unreadable } from '../../../src/outbox/endpoint.ts';
import { DsmrReader, faults } from '../../support/dsmr-reader.ts';

const NEVER = new AbortController().signal;
const letter = (seq: number): Letter => ({
  seq,
  telegram: { source: 'meter', receivedAt: new Date(0), raw: Buffer.alloc(0), checksum: 'valid' },
});

describe('settings', () => {
  test('the time-out is 20 s unless it is said', () => {
    expect(dsmrSettings(kit).parse({ url: 'http://192.168.1.10:7777', key: 'k' }).timeout).toBe(20_000);
  });

  test.each([['192.168.1.10:7777'], ['ftp://192.168.1.10'], ['dsmr.local'], ['']])(
    'the address %j is refused',
    (url) => {
      expect(() => dsmrSettings(kit).parse({ url, key: 'k' })).toThrow(/expected an address such as http/);
    },
  );
});

describe('a request', () => {
  let reader: DsmrReader;
  let seen: { url: string | undefined; headers: Record<string, unknown> };
  beforeEach(async () => {
    reader = await new DsmrReader().start();
    reader.fault = ({ request, send }) => {
      seen = { url: request.url, headers: request.headers };
      send({ status: 201, headers: {}, body: '' });
    };
  });
  afterEach(() => reader.stop());

  async function post(url: string): Promise<void> {
    const settings = { url, key: 'a-key', timeout: 5_000, ca: undefined };
    const server = openDsmrServer(settings, () => new Date());
    await server.post('v1', letter(1), 'telegram=', NEVER);
    await server.close();
  }

  test.each<[string, string]>([
    ['/dsmr', '/dsmr/api/v1/datalogger/dsmrreading'],
    ['/dsmr//', '/dsmr/api/v1/datalogger/dsmrreading'],
    ['/dsmr/api/v1/datalogger/dsmrreading/', '/dsmr/api/v1/datalogger/dsmrreading'],
    ['/dsmr/api/v2', '/dsmr/api/v1/datalogger/dsmrreading'],
    ['/?page=1#top', '/api/v1/datalogger/dsmrreading'],
  ])('to %s goes to %s', async (given, path) => {
    await post(reader.url + given);
    expect(seen.url).toBe(path);
    expect(seen.headers['x-authkey']).toBe('a-key');
    expect(seen.headers['authorization']).toBeUndefined();
  });

  test('carries the login of the address, for a proxy that asks for one', async () => {
    await post(reader.url.replace('//', '//pi:p%40ss@'));
    expect(seen.headers['authorization']).toBe(`Basic ${Buffer.from('pi:p@ss').toString('base64')}`);
    expect(seen.headers['x-authkey']).toBe('a-key');
  });

  test('never shows that login in an error', async () => {
    reader.fault = ({ send }) => send({ status: 401, headers: {}, body: '' });
    await expect(post(reader.url.replace('//', '//pi:p%40ss@'))).rejects.toThrow(
      `${reader.url}/api/v1/datalogger/dsmrreading answered 401`,
    );
  });
});

describe('a letter on which the server fails', () => {
  let reader: DsmrReader;
  beforeEach(async () => void (reader = await new DsmrReader().start()));
  afterEach(() => reader.stop());

  /** What becomes of posts of these letters one after the other, each answered with this exception. */
  async function post(seqs: readonly number[], exception: string): Promise<unknown[]> {
    const settings = { url: reader.url, key: 'a-key', timeout: 5_000, ca: undefined };
    const server = openDsmrServer(settings, () => new Date());
    reader.fault = faults.status(500, { body: `<pre>${exception}</pre>` });
    const errors: unknown[] = [];
    for (const seq of seqs) {
      await server.post('v1', letter(seq), 'telegram=', NEVER).catch((error: unknown) => errors.push(error));
    }
    await server.close();
    return errors;
  }

  test('is in doubt at first, and unreadable the second time', async () => {
    const [first, second] = await post([1, 1], 'DataError: value too long');
    expect(first).toBeInstanceOf(Ambiguous);
    expect(second).toBeInstanceOf(Unreadable);
    expect(second).toMatchObject({ remedy: expect.stringMatching(/^see DSMR-reader's own log /) as string });
  });

  test('tells nothing of the next one', async () => {
    for (const error of await post([1, 2, 3], 'DataError: value too long')) expect(error).toBeInstanceOf(Ambiguous);
  });

  test('stays in doubt for as long as its database is down', async () => {
    for (const error of await post([1, 1, 1], 'OperationalError: refused')) expect(error).toBeInstanceOf(Ambiguous);
  });
});
