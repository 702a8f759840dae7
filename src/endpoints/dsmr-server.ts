import type { z } from 'zod';
import type { Letter } from '../journal/letter.ts';
import { Ambiguous, LOOK_BACK } from '../outbox/endpoint.ts';
import type { Kit } from '../settings/values.ts';
import { FailedOn, judge } from './answers.ts';
import { DSMR_ANSWERS, type Question } from './dsmr-answers.ts';
import { type HttpAnswer, type HttpRequest, nothingInDoubt, openFarSide, splitUrl } from './http.ts';

/** What both kinds of DSMR-reader endpoint are set with. */
export const dsmrSettings = ({ z, durationWithin, secret }: Kit) =>
  z.object({
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address such as http://192.168.1.10:7777' })
      .describe('address of DSMR-reader, with or without the path of its API'),
    key: secret.describe('the API key that DSMR-reader shows under Configuration, API'),
    timeout: durationWithin('1s', '10m').prefault('20s').describe('how long one request may take in all'),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe(
        "file with the certificate (PEM) to trust in the place of the system's, for a server that signs its own",
      ),
  });

/**
 * DSMR-reader makes the totals of a day once.
 * Source: its maintainer in dsmrreader/dsmr-reader, issues 1302 and 1654.
 */
export const AFTER_REPLAY = [
  'wait until it has processed all readings: its status page says how many wait',
  'for days that had totals before, remove these under /admin/dsmr_stats/daystatistics/ and /admin/dsmr_stats/hourstatistics/',
  "as DSMR-reader's user run: ./manage.py dsmr_stats_reconstruct_missing_day_statistics",
];

export type DsmrSettings = z.output<ReturnType<typeof dsmrSettings>>;

/** A DSMR-reader server, as both kinds of endpoint speak to it. */
export interface DsmrServer {
  /**
   * Posts a letter as a form to API v1 or as JSON to API v2. Resolves when it was taken, else throws what the answer
   * means. One on which the server fails twice is not in doubt the second time, but unreadable.
   */
  post(api: 'v1' | 'v2', { seq }: Letter, body: string, signal: AbortSignal): Promise<void>;
  /** The JSON in which it lists the readings of this instant, as many as {@link MOST_LISTED}. Throws as `post` does. */
  readingsAt(ms: number, signal: AbortSignal): Promise<string>;
  /** Whether the server is there, its API on, and the key right. */
  probe(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Twice as many as can be asked about; and what they take at most, at some 600 bytes a reading. */
const MOST_LISTED = 2 * LOOK_BACK;
const MAX_LIST_BYTES = MOST_LISTED * 1_024;

const VERSION = '/api/v2/application/version';
const POSTS = {
  v1: { path: '/api/v1/datalogger/dsmrreading', type: 'application/x-www-form-urlencoded' },
  v2: { path: '/api/v2/datalogger/dsmrreading', type: 'application/json' },
};

export function openDsmrServer({ url, key, timeout, ca }: DsmrSettings, now: () => Date): DsmrServer {
  const { origin, path, login, secrets: ofUrl } = baseOf(url);
  const http = openFarSide({
    program: 'DSMR-reader',
    origin,
    timeoutMs: timeout,
    caFile: ca,
  });
  const identify = ['x-authkey', key, ...(login === undefined ? [] : ['authorization', login])];
  const posting = {
    v1: { path: path + POSTS.v1.path, headers: [...identify, 'content-type', POSTS.v1.type] },
    v2: { path: path + POSTS.v2.path, headers: [...identify, 'content-type', POSTS.v2.type] },
  };

  async function ask(question: Question, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await http.request(request, signal);
    const asked = { question, address: origin + request.path.replace(/\?.*/, ''), secrets: [key, ...ofUrl] };
    judge(DSMR_ANSWERS, answer, asked, now());
    return answer;
  }

  let failedOn: number | undefined;

  /** The same failure for the same letter, once the server was asked whether it has it: that is about the letter. */
  function tellFailures(error: unknown, seq: number): never {
    if (!(error instanceof FailedOn)) throw error;
    if (seq === failedOn) throw error.second;
    failedOn = seq;
    throw error;
  }

  return {
    async post(api, { seq }, body, signal) {
      const request: HttpRequest = { method: 'POST', ...posting[api], body };
      await ask(api, request, signal).catch((error: unknown) => tellFailures(error, seq));
    },
    async readingsAt(ms, signal) {
      const instant = `${new Date(ms).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`;
      const query = `?timestamp__gte=${instant}&timestamp__lte=${instant}&limit=${MOST_LISTED}`;
      const listing = { headers: [...identify, 'accept', 'application/json'], maxBodyBytes: MAX_LIST_BYTES };
      const answer = await ask('list', { method: 'GET', path: path + POSTS.v2.path + query, ...listing }, signal);
      // One that is too long is another's: it would be so again.
      if (!answer.whole && answer.body.length < MAX_LIST_BYTES)
        throw new Ambiguous(`${origin} cut its list of readings short`);
      return answer.body;
    },
    async probe(signal) {
      await ask('version', { method: 'GET', path: path + VERSION, headers: identify }, signal).catch(nothingInDoubt);
    },
    close: () => http.close(),
  };
}

/** As {@link splitUrl}; the path is the one that all of DSMR-reader stands under. */
function baseOf(url: string): ReturnType<typeof splitUrl> {
  const { path, ...rest } = splitUrl(url);
  return { ...rest, path: path.replace(/\/api\/v\d+(\/.*)?$/, '').replace(/\/+$/, '') };
}
