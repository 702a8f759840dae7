import { gzipSync } from 'node:zlib';
import type { z } from 'zod';
import type { Letter } from '../journal/letter.ts';
import { isPosted } from '../reading/posted.ts';
import { meterTime } from '../reading/time.ts';
import type { Kit } from '../settings/values.ts';
import { judge } from './answers.ts';
import { defineEndpoint } from './endpoint-type.ts';
import { basic, type HttpRequest, loginSecrets, nothingInDoubt, ofFarSide, openFarSide, splitUrl } from './http.ts';
import { INFLUX_ANSWERS, type Question } from './influx-answers.ts';
import { openLineWriter, type LineWriter } from './influx-lines.ts';
import { agesBy, requireSure } from './own-time.ts';

/** Telegrams of one request: some 500 lines, as InfluxDB advises. */
const MOST_LETTERS = 100;
const OF_LINES = ['content-type', 'text/plain; charset=utf-8', 'content-encoding', 'gzip'];

/** What each line says by itself, and what InfluxDB takes for no tag. */
const OWN_TAGS = ['meter', 'phase', 'medium', 'time'];
const A_TAG = new RegExp(`^(?!(${OWN_TAGS.join('|')})$)[A-Za-z][\\w-]{0,63}$`);

const OF_API = {
  v2: ['org', 'bucket', 'token'],
  v1: ['database', 'retentionPolicy', 'user', 'password'],
} as const;

const settings = (kit: Kit) => {
  const { z, durationWithin, secret } = kit;
  return z
    .object({
      url: z
        .url({ protocol: /^https?$/, error: 'expected an address such as http://192.168.1.10:8086' })
        .describe('address of InfluxDB, or of what takes the same: VictoriaMetrics, InfluxDB 3'),
      api: z
        .enum(['v2', 'v1'])
        .prefault('v2')
        .describe('which write API: v2 with org, bucket and token, v1 with database, user and password'),
      org: z.string().min(1).optional().describe('v2: the organisation; VictoriaMetrics and InfluxDB 3 need none'),
      bucket: z.string().min(1).optional().describe('v2: the bucket; must be given there'),
      token: secret.optional().describe('v2: a token that may write to the bucket'),
      database: z.string().min(1).optional().describe('v1: the database; must be given there'),
      retentionPolicy: z.string().min(1).optional().describe("v1: the retention policy; by default the database's"),
      user: z.string().min(1).optional().describe('v1: the user'),
      password: secret.optional().describe("v1: the user's password"),
      tags: z
        .record(
          z
            .string()
            .regex(A_TAG, `expected letters, digits, _ and -, a letter first, and none of ${OWN_TAGS.join(', ')}`),
          z.string().regex(/^[^\n\r\\]{1,200}$/, 'expected 1 to 200 characters on one line, without a backslash'),
        )
        .prefault({})
        .describe('tags on every line beside meter, such as { site: home }'),
      gather: durationWithin('0s', '5m')
        .prefault('10s')
        .describe('how long telegrams are gathered for one request; 0s sends each as it comes'),
      ...ofFarSide(kit),
    })
    .superRefine((given, context) => {
      const other = given.api === 'v2' ? 'v1' : 'v2';
      for (const name of OF_API[other])
        if (given[name] !== undefined)
          context.addIssue({ code: 'custom', path: [name], message: `expected none, it is for api: ${other}` });
    })
    .refine(({ api, bucket }) => api === 'v1' || bucket !== undefined, {
      path: ['bucket'],
      error: 'expected the bucket to write to, or api: v1 with a database',
    })
    .refine(({ api, database }) => api === 'v2' || database !== undefined, {
      path: ['database'],
      error: 'expected the database to write to',
    });
};

type InfluxSettings = z.output<ReturnType<typeof settings>>;

/**
 * InfluxDB's line protocol, many telegrams in one request. A line that comes again takes the place of itself, so that whatever was
 * in doubt just goes again.
 */
export const influx = defineEndpoint({
  about: {
    what: 'InfluxDB 1, 2 and 3, VictoriaMetrics: points of electricity, phases, gas and water',
    delivery: 'every telegram, oldest first; one that comes again is the same point',
  },
  settings,
  isOfAllSources: () => true,
  create(given, { now = () => new Date(), ageOf = agesBy(now), meters = new Map() } = {}) {
    const { origin, path, login, secrets: ofUrl } = splitUrl(given.url);
    const http = openFarSide({ program: 'InfluxDB', origin, timeoutMs: given.timeout, caFile: given.ca });
    const ofUser = given.user === undefined ? undefined : basic(given.user, given.password ?? '');
    const headers = identify(given, ofUser ?? login);
    const posting = { method: 'POST' as const, path: path + writePath(given), headers: [...headers, ...OF_LINES] };
    const secrets = [...ofUrl, given.token ?? '', ...loginSecrets(ofUser ?? '', given.password ?? '')];
    let writer: Promise<LineWriter> | undefined;

    async function ask(question: Question, request: HttpRequest, signal: AbortSignal): Promise<void> {
      const answer = await http.request(request, signal);
      judge(INFLUX_ANSWERS, answer, { question, address: origin + request.path.replace(/\?.*/, ''), secrets }, now());
    }

    async function deliver(letters: readonly Letter[], signal: AbortSignal): Promise<void> {
      for (const letter of letters) if (meterTime(letter.telegram.raw) === undefined) requireSure(ageOf(letter));
      writer ??= openLineWriter({ tags: given.tags, meters });
      const { text, written } = (await writer).linesOf(letters);
      if (text !== '') await ask('write', { ...posting, body: gzipSync(text) }, signal);
      written();
    }

    return {
      isIdempotent: true,
      batch: { most: MOST_LETTERS, gatherMs: given.gather, deliver },
      takes: ({ raw }) => !isPosted(raw),
      deliver: (letter, signal) => deliver([letter], signal),
      async probe(signal) {
        await ask('ping', { method: 'GET', path: `${path}/ping`, headers }, signal).catch(nothingInDoubt);
      },
      probed: 'answers; whether it lets us write shows with the first telegram',
      close: () => http.close(),
    };
  },
});

function identify({ api, token }: InfluxSettings, login: string | undefined): string[] {
  const authorization = api === 'v2' && token !== undefined ? `Token ${token}` : login;
  return authorization === undefined ? [] : ['authorization', authorization];
}

function writePath({ api, org, bucket = '', database = '', retentionPolicy }: InfluxSettings): string {
  const place = api === 'v2' ? { org, bucket } : { db: database, rp: retentionPolicy };
  const query = new URLSearchParams({ precision: 's' });
  for (const [name, value] of Object.entries(place)) if (value !== undefined) query.set(name, value);
  return `${api === 'v2' ? '/api/v2/write' : '/write'}?${query.toString()}`;
}
