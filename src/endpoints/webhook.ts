import { createHmac } from 'node:crypto';
import type { Letter } from '../journal/letter.ts';
import { isPosted } from '../reading/posted.ts';
import { meterTime } from '../reading/time.ts';
import type { Kit } from '../settings/values.ts';
import { type AnswerRow, type Answers, judge } from './answers.ts';
import { defineEndpoint } from './endpoint-type.ts';
import { ofFarSide, openFarSide, splitUrl } from './http.ts';
import { agesBy, requireSure } from './own-time.ts';
import { statesOf } from './states.ts';

/** Headers that are p1-relay's to set, or the connection's. */
const OWN_HEADERS = /^(host|connection|content-length|content-type|transfer-encoding|idempotency-key|webhook-.*)$/i;
const A_HEADER = 'expected the name of a header that p1-relay does not set itself';

const settings = (kit: Kit) => {
  const { z, secret } = kit;
  return z.object({
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address such as http://192.168.1.20:1880/p1' })
      .describe('where to post to'),
    body: z
      .enum(['reading', 'telegram'])
      .prefault('reading')
      .describe('reading: the values as JSON, by the names of the MQTT state; telegram: as the meter printed it'),
    headers: z
      .record(
        z
          .string()
          .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, A_HEADER)
          .refine((name) => !OWN_HEADERS.test(name), A_HEADER),
        secret,
      )
      .prefault({})
      .describe('headers to send along, such as { Authorization: { env: WEBHOOK_AUTHORIZATION } }'),
    secret: secret
      .optional()
      .describe('what requests are signed with, by the rules of Standard Webhooks: a text, or whsec_ and base64'),
    ...ofFarSide(kit),
  });
};

/** What takes the posts is somebody's own program: what it refuses may be its fault, or the telegram's. */
const SEE_RECEIVER = 'see the log of what listens at url for what it does not like';
const ROWS: readonly AnswerRow<'post'>[] = [
  { status: [200, 299], verdict: 'taken' },
  { status: [300, 399], verdict: 'paused', remedy: 'set url to where it sends' },
  { status: [400, 400], verdict: 'unreadable', remedy: SEE_RECEIVER },
  { status: 401, verdict: 'paused', remedy: 'set headers, or secret, to what it wants' },
  { status: 403, verdict: 'paused', remedy: 'set headers, or secret, to what it wants' },
  { status: 408, verdict: 'later' },
  { status: 409, verdict: 'later' },
  { status: 413, verdict: 'refused' },
  { status: 422, verdict: 'unreadable', remedy: SEE_RECEIVER },
  { status: 425, verdict: 'later' },
  { status: 429, verdict: 'later' },
  { status: [400, 499], verdict: 'paused', remedy: 'set url to what takes the posts' },
  { status: 503, verdict: 'later' },
  { status: [500, 599], verdict: 'ambiguous' },
];
const ANSWERS: Answers<'post'> = { rows: ROWS, remedy: 'set url to what takes the posts' };

/**
 * A POST for each telegram to a program of the user's own. Each has a number that stays the same where it comes again, by which the
 * receiver can tell. Source: Standard Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature).
 */
export const webhook = defineEndpoint({
  about: {
    what: 'Node-RED, a program of your own: JSON or the telegram, by POST',
    delivery: 'every telegram, oldest first, at least once, with a number to know it by',
  },
  settings,
  isOfAllSources: () => true,
  create(given, { now = () => new Date(), ageOf = agesBy(now), meters = new Map(), service } = {}) {
    const { origin, path, login, secrets: ofUrl } = splitUrl(given.url);
    const http = openFarSide({ program: 'what takes the posts', origin, timeoutMs: given.timeout, caFile: given.ca });
    const { search } = new URL(given.url);
    const states = statesOf(meters);
    const { secret = '' } = given;
    const secrets = [...ofUrl, ...Object.values(given.headers), secret, ...secretParts(given.url)];
    const isReading = given.body === 'reading';
    const fixed = [
      ...Object.entries(given.headers).flat(),
      ...(login === undefined || saysWho(given.headers) ? [] : ['authorization', login]),
      ...['content-type', isReading ? 'application/json' : 'text/plain; charset=us-ascii'],
      ...['user-agent', `p1-relay/${service?.version ?? ''}`],
    ];

    return {
      takes: ({ raw }) => !isPosted(raw),
      async deliver(letter, signal) {
        if (isReading && meterTime(letter.telegram.raw) === undefined) requireSure(ageOf(letter));
        const body = isReading ? JSON.stringify(states(letter)) : letter.telegram.raw;
        const headers = [...fixed, ...named(letter, body, given.secret, { id: service?.instanceId ?? '', at: now() })];
        const answer = await http.request({ method: 'POST', path: path + search || '/', headers, body }, signal);
        judge(ANSWERS, answer, { question: 'post', address: origin, secrets }, now());
      },
      close: () => http.close(),
    };
  },
});

/** Shorter ones are words that any text may hold. */
const SHORTEST_SECRET = 8;

/** Who knows the path of a webhook of Home Assistant or Slack can post there: it is a password, and the query may be. */
function secretParts(url: string): string[] {
  const { pathname, searchParams } = new URL(url);
  const parts = [...pathname.split('/'), ...searchParams.values()];
  return [...parts, ...parts.map(asTyped)].filter(({ length }) => length >= SHORTEST_SECRET);
}

function asTyped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function saysWho(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}

/** What tells a letter from others, and who sent it from who did not. */
function named(
  { seq }: Letter,
  body: string | Buffer,
  secret: string | undefined,
  { id: instance, at }: { readonly id: string; readonly at: Date },
): string[] {
  const id = `p1-${instance}-${seq}`;
  const seconds = String(Math.floor(at.getTime() / 1_000));
  const telling = ['idempotency-key', id, 'webhook-id', id, 'webhook-timestamp', seconds];
  if (secret === undefined) return telling;
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.`).update(body).digest('base64');
  return [...telling, 'webhook-signature', `v1,${signature}`];
}

function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
}
