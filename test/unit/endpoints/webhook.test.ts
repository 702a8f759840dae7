import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServiceView } from '../../../src/endpoints/endpoint-type.ts';
import { webhook } from '../../../src/endpoints/webhook.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import type { Endpoint } from '../../../src/outbox/endpoint.ts';
import { kit } from '../../../src/settings/values.ts';
import { Receiver } from '../../support/receiver.ts';
import { fixture } from '../../support/telegrams.ts';

const NEVER = new AbortController().signal;
const NOW = new Date('2026-01-15T11:00:02.700Z');
const service = { version: '9.9.9', instanceId: 'abc123def456' } as ServiceView;

const letter: Letter = {
  seq: 41,
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

async function post(settings: Record<string, unknown> = {}, path = '/hooks/p1?room=1') {
  endpoint = webhook.create(webhook.settings(kit).parse({ url: receiver.url + path, ...settings }), {
    now: () => NOW,
    service,
  });
  await endpoint.deliver(letter, NEVER);
  return receiver.came.at(-1)!;
}

test('the values go as JSON, with the meter, the number and the times of the telegram', async () => {
  const came = await post();
  expect([came.method, came.path, came.query.get('room')]).toEqual(['POST', '/hooks/p1', '1']);
  expect(came.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'p1-relay/9.9.9',
    'idempotency-key': 'p1-abc123def456-41',
    'webhook-id': 'p1-abc123def456-41',
    'webhook-timestamp': '1768474802',
  });
  expect(came.headers['webhook-signature']).toBeUndefined();
  expect(JSON.parse(came.body.toString())).toMatchObject({
    meter: 'house',
    sequence: 41,
    time: '2010-12-09T11:30:20+01:00',
    received_at: '2026-01-15T11:00:01.250Z',
    import_t1: 123456.789,
    power: 1193,
    power_l1: -3333,
    voltage_l1: 220.1,
    tariff: 2,
    gas: 12785.123,
    gas_time: '2010-12-09T11:25:00+01:00',
  });
  expect(came.body.toString()).not.toContain('4B384547303034303436333935353037');
});

test('the telegram goes byte for byte', async () => {
  const came = await post({ body: 'telegram' });
  expect(came.headers['content-type']).toBe('text/plain; charset=us-ascii');
  expect(came.body).toEqual(letter.telegram.raw);
});

test.each([
  ['a text', 'correct horse battery', Buffer.from('correct horse battery')],
  [
    'as Standard Webhooks writes it',
    'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
    Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64'),
  ],
])('it is signed with a secret: %s', async (_, secret, key) => {
  const { headers, body } = await post({ secret });
  const signed = Buffer.concat([Buffer.from('p1-abc123def456-41.1768474802.'), body]);
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
});

test("the user's own headers go along, and a name and password of the URL", async () => {
  const came = await post({ headers: { 'X-Room': 'cellar' }, url: receiver.url.replace('//', '//me:pass%20word@') });
  expect(came.headers).toMatchObject({
    'x-room': 'cellar',
    authorization: `Basic ${Buffer.from('me:pass word').toString('base64')}`,
  });
});

test('a header of the user takes the place of what the URL says of who it is', async () => {
  const came = await post({ headers: { Authorization: 'Bearer T' }, url: receiver.url.replace('//', '//me:word@') });
  expect(came.headers.authorization).toBe('Bearer T');
  expect(came.rawHeaders.filter((name) => name.toLowerCase() === 'authorization')).toHaveLength(1);
});

describe('of an answer that repeats what it was asked, a person is told nothing that lets others in:', () => {
  const answered = async (body: string, path: string, login = ''): Promise<string> => {
    receiver.answer = () => ({ status: 404, body });
    const url = receiver.url.replace('//', `//${login}`);
    const error = await post({ url: url + path }).catch((reason: unknown) => reason);
    return (error as Error).message;
  };

  test.each([
    ['the path of Home Assistant', 'no hook -Zx9-secret_hook here', '/api/webhook/-Zx9-secret_hook'],
    ['the path of Slack', 'no team', '/services/T00000000/B00000000/Zx9secretXXXXXXXX'],
    ['a path as it is typed', 'nothing at Zx9 secret é', '/hooks/Zx9%20secret%20%C3%A9'],
    ['a query', 'token Zx9secret is wrong', '/hooks/p1?token=Zx9secret'],
  ])('%s', async (_, body, path) => {
    const message = await answered(body, path);
    expect(message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answered 404: /);
    expect(message).not.toMatch(/Zx9|T00000000|webhook/);
  });

  test('user and password of the URL', async () => {
    // me:pass word, as RFC 7617 writes it.
    expect(await answered('got Basic bWU6cGFzcyB3b3Jk of pass word', '/', 'me:pass%20word@')).toMatch(
      / answered 404: got Basic \*\*\* of \*\*\*$/,
    );
  });
});

test.each(['Content-Type', 'webhook-signature', 'Host', 'in valid', ''])(
  'the header %j is not for a user to set',
  (name) => {
    const parsed = webhook.settings(kit).safeParse({ url: 'http://127.0.0.1', headers: { [name]: 'x' } });
    expect(parsed.success).toBe(false);
  },
);

test('a letter that goes again has the same number, and the time of its try', async () => {
  const first = await post({ secret: 's' });
  const again = await post({ secret: 's' });
  expect(again.headers['webhook-id']).toBe(first.headers['webhook-id']);
});
