import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endpointTypes } from '../../src/endpoints/index.ts';
import type { EndpointType } from '../../src/endpoints/endpoint-type.ts';
import type { Letter } from '../../src/journal/letter.ts';
import { Ambiguous, type Endpoint, Paused, Refused, TryLater, Unreadable } from '../../src/outbox/endpoint.ts';
import { kit } from '../../src/settings/values.ts';
import { Receiver, type Answer } from '../support/receiver.ts';
import { fixture } from '../support/telegrams.ts';

const NEVER = new AbortController().signal;
const SECRET = 'SECRET-0123456789';

const letter: Letter = {
  seq: 7,
  telegram: {
    source: 'house',
    receivedAt: new Date('2026-01-15T11:00:01Z'),
    checksum: 'valid',
    raw: fixture('derived/nl-dsmr-5.0.2-recrc.txt'),
  },
};

/** What each kind needs beside its URL, and how it takes an answer that kinds take differently. */
const KINDS = {
  influx: {
    settings: { bucket: 'energy', token: SECRET, gather: '0s' },
    differs: { 400: Refused, 422: Refused, 500: TryLater, 502: TryLater, 409: Paused },
  },
  webhook: {
    settings: { secret: SECRET, headers: { 'X-Own': SECRET } },
    differs: { 400: Unreadable, 422: Unreadable, 500: Ambiguous, 502: Ambiguous, 409: TryLater },
  },
} as const;

let receiver: Receiver;
const opened: Endpoint[] = [];
beforeEach(async () => {
  receiver = await new Receiver().start();
});
afterEach(async () => {
  for (const endpoint of opened.splice(0)) await endpoint.close?.();
  await receiver.stop();
});

describe.each(Object.entries(KINDS))('%s', (name, { settings, differs }) => {
  const type = endpointTypes[name as keyof typeof KINDS] as unknown as EndpointType;

  function connect(url = receiver.url): Endpoint {
    const endpoint = type.create(type.settings(kit).parse({ url, timeout: '1s', ...settings }));
    opened.push(endpoint);
    return endpoint;
  }

  async function deliver(answer: Answer, endpoint = connect()): Promise<unknown> {
    receiver.answer = () => answer;
    return endpoint.deliver(letter, NEVER).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  test('a letter is taken, in one request', async () => {
    expect(await deliver(204)).toBeUndefined();
    expect(receiver.came.map(({ method }) => method)).toEqual(['POST']);
  });

  test('it takes the telegrams of several meters', () => {
    expect(type.isOfAllSources?.(settings)).toBe(true);
  });

  test.each<[Answer, new (...given: never[]) => Error]>([
    [301, Paused],
    [{ status: 302, headers: { location: 'https://elsewhere.example/?a=b' } }, Paused],
    [401, Paused],
    [403, Paused],
    [404, Paused],
    [405, Paused],
    [408, TryLater],
    [413, Refused],
    [429, TryLater],
    [503, TryLater],
    ...Object.entries(differs).map(([status, error]) => [Number(status), error] as [number, typeof error]),
  ])('the answer %j', async (answer, kind) => {
    const error = await deliver(answer);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(/^http:\/\/127\.0\.0\.1:\d+\S* answered \d{3}/);
    if (kind === Paused) expect((error as Paused).remedy).toMatch(/^(set|see) /);
  });

  test.each([
    ['seconds', '7', 7_000],
    ['more than an hour', '86400', 3_600_000],
  ])('it may wish for %s of rest', async (_, header, delayMs) => {
    const error = await deliver({ status: 429, headers: { 'retry-after': header } });
    expect((error as TryLater).delayMs).toBe(delayMs);
  });

  test('what it repeats of a secret is not told', async () => {
    const error = await deliver({ status: 401, body: `no such token: ${SECRET}` });
    expect((error as Error).message).toContain('no such token: ***');
  });

  test('one that is not there is tried later', async () => {
    await receiver.stop();
    expect(await deliver(204)).toBeInstanceOf(TryLater);
  });

  test('one that cuts the connection leaves the letter in doubt', async () => {
    expect(await deliver((response) => response.destroy())).toBeInstanceOf(Ambiguous);
  });

  test('one that never answers does, too, after its time', async () => {
    expect(await deliver(() => undefined)).toBeInstanceOf(Ambiguous);
  });

  test('one that speaks no HTTP is named with a remedy', async () => {
    const error = await deliver((response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n'));
    expect(error).toBeInstanceOf(Paused);
    expect((error as Paused).remedy).toMatch(/^set url to the address of /);
  });

  test('what was posted by its values is no telegram, and does not go there', () => {
    const raw = Buffer.from('{"timestamp":"2026-01-15T11:00:00Z"}\r\n');
    expect(connect().takes?.({ ...letter.telegram, raw })).toBe(false);
    expect(connect().takes?.(letter.telegram)).toBe(true);
  });
});
