import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { influx } from '../../../src/endpoints/influx.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import type { Endpoint } from '../../../src/outbox/endpoint.ts';
import { kit } from '../../../src/settings/values.ts';
import { Receiver } from '../../support/receiver.ts';
import { fixture } from '../../support/telegrams.ts';

const NEVER = new AbortController().signal;
const letter: Letter = {
  seq: 1,
  telegram: {
    source: 'house',
    receivedAt: new Date('2026-01-15T11:00:01.250Z'),
    checksum: 'valid',
    raw: fixture('derived/nl-dsmr-5.0.2-recrc.txt'),
  },
};

let receiver: Receiver;
let endpoint: Endpoint | undefined;
beforeEach(async () => {
  receiver = await new Receiver().start();
});
afterEach(async () => {
  await endpoint?.close?.();
  await receiver.stop();
});

function open(settings: Record<string, unknown>): Endpoint {
  endpoint = influx.create(influx.settings(kit).parse(settings));
  return endpoint;
}

describe('user and password', () => {
  const atV1 = (): Record<string, unknown> => ({ api: 'v1', database: 'p1' });
  const withLogin = (): string => receiver.url.replace('//', '//me:pass%20word@');

  test.each([
    ['of the URL', () => ({ ...atV1(), url: withLogin() })],
    ['of settings of their own', () => ({ ...atV1(), url: receiver.url, user: 'me', password: 'pass word' })],
  ])('%s are sent, and not told where the answer repeats them', async (_, settings) => {
    // me:pass word, as RFC 7617 writes it.
    const basic = 'Basic bWU6cGFzcyB3b3Jk';
    receiver.answer = () => ({ status: 401, body: `not ${basic} nor pass word` });
    await expect(open(settings()).deliver(letter, NEVER)).rejects.toThrow(/answered 401: not Basic \*\*\* nor \*\*\*$/);
    expect(receiver.came.at(-1)?.headers.authorization).toBe(basic);
  });

  test('of settings of their own count before those of the URL', async () => {
    await open({ ...atV1(), url: withLogin(), user: 'you', password: 'p' }).deliver(letter, NEVER);
    expect(receiver.came.at(-1)?.headers.authorization).toBe(`Basic ${Buffer.from('you:p').toString('base64')}`);
  });
});

test('a request carries at most 100 telegrams', () => {
  expect(open({ url: receiver.url, bucket: 'p1' }).batch?.most).toBe(100);
});
