import { isAborted } from '../time/aborted.ts';
import { openHttp, type Http, type HttpOptions, type HttpRequest } from '../http/client.ts';
import { readTrusted } from '../http/trusted.ts';
import { defineSource } from './source.ts';
import { LONGEST_ANSWER, telegramIn } from './served-telegram.ts';
import { createPacer } from './waits.ts';

const AN_ADDRESS = 'expected an address such as http://192.168.1.30, without a name and password in it';

/** The newest telegram of a HomeWizard P1 or of another p1-relay, asked for again and again. */
export const http = defineSource({
  settings: ({ z, durationWithin, secret }) =>
    z.object({
      url: z
        .url({ protocol: /^https?$/, error: AN_ADDRESS })
        .refine(hasNoLogin, AN_ADDRESS)
        .describe(
          'address of the HomeWizard, or of the other p1-relay, such as http://192.168.1.30; a path is kept, without one it is /api/v1/telegram',
        ),
      interval: durationWithin('500ms', '10s')
        .prefault('1s')
        .describe('time from one request to the next; 500ms misses nothing of a meter that prints each second'),
      timeout: durationWithin('1s', '30s').prefault('5s').describe('how long one request may take in all'),
      token: secret
        .optional()
        .describe(
          'a key of the other p1-relay with the scope telegrams:read, for its path /edge/v1/telegrams/latest; a HomeWizard needs none',
        ),
      ca: z
        .string()
        .min(1)
        .optional()
        .describe("for https: file with the certificate (PEM) to trust in the place of the system's"),
    }),
  create({ url, interval, timeout, token, ca: caFile }) {
    const ca = readTrusted(caFile);
    const { origin, pathname, search } = new URL(url);
    const path = pathname === '/' ? TELEGRAM_PATH : pathname;
    const headers = ['accept', 'text/plain, */*', ...(token === undefined ? [] : ['authorization', `Bearer ${token}`])];
    const request = { path: path + search, headers };
    // For the life of the process: another connection finds the telegram that the one before had.
    const newest = new Newest();
    return {
      openingMs: timeout,
      recall: (raw) => newest.isNew(Buffer.from(raw)),
      whySilent: () => (newest.isRepeated ? STILL_THE_SAME : undefined),
      open: (signal) => poll({ origin, ca, timeoutMs: timeout, path, request, newest, intervalMs: interval, signal }),
    };
  },
});

/** Whatever is wrong with an address beside, is told already. */
function hasNoLogin(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

const TELEGRAM_PATH = '/api/v1/telegram';
const STILL_THE_SAME = 'it answers, but with the same telegram: look at the meter and the cable there';
/** WiFi loses an answer now and then: so many in a row are a state. */
const MOST_FAILURES = 3;
/** That the far side lives, and its meter may. */
const NO_BYTES = new Uint8Array();
const LINE_END = Buffer.from('\r\n');

interface Polling extends HttpOptions {
  readonly path: string;
  readonly request: Pick<HttpRequest, 'path' | 'headers'>;
  readonly intervalMs: number;
  readonly newest: Newest;
  readonly signal: AbortSignal;
}

async function* poll(polling: Polling): AsyncGenerator<Uint8Array, void> {
  const { newest, intervalMs, signal } = polling;
  const client = openHttp(polling);
  const turn = createPacer(intervalMs, signal);
  let failures = MOST_FAILURES - 1;
  try {
    while (!signal.aborted) {
      try {
        const telegram = await ask(client, polling);
        failures = 0;
        if (newest.isNew(telegram)) yield Buffer.concat([telegram, LINE_END]);
        else if (!newest.hasClock) yield NO_BYTES;
      } catch (error) {
        if (isAborted(signal)) return;
        if (++failures >= MOST_FAILURES) throw error;
      }
      await turn();
    }
  } finally {
    await client.close();
  }
}

/** @throws what is wrong with the answer, and what to do; in its text is no query, which may be secret. */
async function ask(client: Http, { origin, path, request, signal }: Polling): Promise<Buffer> {
  const asked = { method: 'GET', ...request, maxBodyBytes: LONGEST_ANSWER, encoding: 'latin1' } as const;
  return telegramIn(await client.request(asked, signal), origin + path);
}

const CLOCK = /[\r\n]0-0:1\.0\.0\(\d/;

/**
 * The telegram that was given last: the same bytes are the same telegram. A meter without a clock may print them anew, in which
 * case nothing is lost with them that would be news.
 */
class Newest {
  #text = '';
  isRepeated = false;
  /** A telegram with a time that comes again tells that its meter is silent. */
  hasClock = false;

  isNew(telegram: Buffer): boolean {
    const text = telegram.toString('latin1').trim();
    this.isRepeated = text === this.#text;
    if (this.isRepeated) return false;
    this.#text = text;
    this.hasClock = CLOCK.test(text);
    return true;
  }
}
