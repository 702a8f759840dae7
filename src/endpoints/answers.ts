import { MASK, maskIdentity } from '../privacy/mask.ts';
import { Ambiguous, Paused, Refused, TryLater, Unreadable } from '../outbox/endpoint.ts';
import type { HttpAnswer } from './http.ts';

/** What was asked of DSMR-reader: each takes another answer for a yes. */
export type Question = 'v1' | 'v2' | 'version' | 'list';

/** Who answered: for the text of an error. */
export interface Asked {
  readonly question: Question;
  /** Address without a key or password. */
  readonly address: string;
  /** Kept out of every text, should the far side repeat it. */
  readonly key: string;
}

/** `failed`: {@link FailedOn}. */
type Verdict = 'taken' | 'refused' | 'unreadable' | 'paused' | 'later' | 'ambiguous' | 'failed';

interface Row {
  /** One status, or the first and the last of a range. */
  readonly status: number | readonly [number, number];
  /** What it answers; undefined: any. */
  readonly to?: readonly Question[];
  readonly type?: RegExp;
  readonly body?: RegExp;
  readonly verdict: Verdict;
  /** Paused, unreadable, failed: what a person has to do. */
  readonly remedy?: string;
}

/**
 * The server fell over this letter, and may have stored it before: DSMR-reader stores a reading and then its statistics,
 * not both or none. Asked again with the same letter it would fall again, which the letter's `second` failure says.
 */
export class FailedOn extends Ambiguous {
  readonly second: Unreadable;
  constructor(message: string, remedy: string) {
    super(message);
    this.second = new Unreadable(message, remedy);
  }
}

const SWITCH_ON = 'switch the API on in DSMR-reader under Configuration, API';
const SET_KEY = 'set key to the one that DSMR-reader shows under Configuration, API';
const SET_URL = 'set url to the address of DSMR-reader itself';
const SET_LOGIN = 'set url with the name and password that the server wants: http://name:password@host';
const SET_METER = 'set "DSMR version" in DSMR-reader under Configuration, Datalogger to the kind of this meter';
const CHECK_PROXY = 'see what stands between this machine and DSMR-reader, or set url anew';
const CHECK_SERVER = "see DSMR-reader's own log for what it fails on";
const JSON_TYPE = /^application\/json\b/i;

/** An error page of DSMR-reader with one of these exceptions in its first `<pre>`. */
const raised = (exceptions: string): RegExp => new RegExp(`^(?:(?!<pre>)[^])*<pre>[^<]*(?:${exceptions})`);

/** A register that the server wants and did not find, in the words of each database. */
const LACKING = raised('IntegrityError[^<]*(?:null value|NOT NULL|cannot be null)');
const NEVER_STORED = raised('IntegrityError|InvalidOperation|RequestDataTooBig');
const FAILED = raised('(?:Data|Value|Type|Key|Index|Attribute|Overflow|Unicode\\w*|Validation|Assertion)Error');

/**
 * What each answer means; the first row that fits counts. A 500 has many meanings, which only its body tells apart.
 * Source: answers of a running DSMR-reader 5.11, API v1 and v2; RFC 9110 §15 for those of a proxy before it.
 */
const ANSWERS: readonly Row[] = [
  { status: [200, 201], to: ['v1'], body: /^\s*$/, verdict: 'taken' },
  { status: [200, 201], to: ['v2'], type: JSON_TYPE, verdict: 'taken' },
  { status: 200, to: ['version'], type: JSON_TYPE, body: /"version"/, verdict: 'taken' },
  { status: 200, to: ['list'], type: JSON_TYPE, verdict: 'taken' },
  { status: [200, 299], verdict: 'paused', remedy: SET_URL },
  { status: [300, 399], verdict: 'paused', remedy: 'set url to where it sends, with the right http:// or https://' },
  { status: 400, to: ['v1'], body: /^Invalid data\s*$/, verdict: 'refused' },
  { status: 400, to: ['v2'], type: JSON_TYPE, verdict: 'refused' },
  { status: 401, verdict: 'paused', remedy: SET_LOGIN },
  { status: 403, body: /API is disabled/, verdict: 'paused', remedy: SWITCH_ON },
  { status: 403, body: /Invalid auth key/, verdict: 'paused', remedy: SET_KEY },
  { status: 404, verdict: 'paused', remedy: SET_URL },
  { status: 405, body: /API is disabled/, verdict: 'paused', remedy: SWITCH_ON },
  { status: 405, verdict: 'paused', remedy: SET_URL },
  { status: 408, verdict: 'later' },
  { status: 413, verdict: 'refused' },
  { status: 425, verdict: 'later' },
  { status: 429, verdict: 'later' },
  { status: [400, 499], verdict: 'paused', remedy: CHECK_PROXY },
  { status: 500, to: ['v1'], body: /^Failed to parse telegram\s*$/, verdict: 'unreadable', remedy: SET_METER },
  { status: 500, to: ['v1'], body: LACKING, verdict: 'unreadable', remedy: SET_METER },
  { status: 500, to: ['v1', 'v2'], body: NEVER_STORED, verdict: 'refused' },
  { status: 500, to: ['v1', 'v2'], body: FAILED, verdict: 'failed', remedy: CHECK_SERVER },
  { status: 500, body: /API user not found/, verdict: 'paused', remedy: 'save the API settings in DSMR-reader once' },
  { status: 503, verdict: 'later' },
  { status: [500, 599], verdict: 'ambiguous' },
];

const UNHEARD_OF: Pick<Row, 'verdict' | 'remedy'> = { verdict: 'paused', remedy: SET_URL };

/** Returns where the answer says yes; else throws what it means. `now` is what a Retry-After date counts from. */
export function judge(answer: HttpAnswer, asked: Asked, now: Date): void {
  const { verdict, remedy = SET_URL } = ANSWERS.find((row) => fits(row, answer, asked.question)) ?? UNHEARD_OF;
  const text = `${asked.address} answered ${describe(answer, asked.key)}`;
  switch (verdict) {
    case 'taken':
      return;
    case 'refused':
      throw new Refused(text);
    case 'unreadable':
      throw new Unreadable(text, remedy);
    case 'later':
      throw new TryLater(text, { delayMs: retryAfterMs(header(answer, 'retry-after'), now) });
    case 'ambiguous':
      throw new Ambiguous(text);
    case 'failed':
      throw new FailedOn(text, remedy);
    case 'paused':
      throw new Paused(text, remedy);
  }
}

function fits(row: Row, answer: HttpAnswer, question: Question): boolean {
  const [from, to] = typeof row.status === 'number' ? [row.status, row.status] : row.status;
  if (answer.status < from || answer.status > to) return false;
  if (row.to?.includes(question) === false) return false;
  return (row.type?.test(header(answer, 'content-type') ?? '') ?? true) && (row.body?.test(answer.body) ?? true);
}

function header({ headers }: HttpAnswer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

const MAX_RETRY_AFTER_MS = 3_600_000;

/** Seconds or a date (RFC 9110 §10.2.3), at most an hour; undefined where it says neither. */
function retryAfterMs(text: string | undefined, now: Date): number | undefined {
  if (text === undefined) return undefined;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now.getTime();
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), MAX_RETRY_AFTER_MS);
}

/** `403: Invalid auth key`: the status, where it sends, and the gist of the body, on one line of bounded length. */
function describe(answer: HttpAnswer, key: string): string {
  const location = header(answer, 'location');
  const parts = [location === undefined ? '' : `to ${location.replace(/\?.*$/s, '')}`, gist(answer.body)];
  const said = parts.filter((part) => part !== '').join(', ');
  return `${answer.status}${said === '' ? '' : `: ${mask(said, key)}`}`;
}

const MAX_GIST = 160;

/** Of an error page what stands in its first `<pre>` (the exception) or its title; of anything else its beginning. */
function gist(body: string): string {
  return /<pre>([^<]*)/i.exec(body)?.[1] ?? /<title>([^<]*)/i.exec(body)?.[1] ?? body.replace(/<[^<>]*>/g, ' ');
}

/** No key, nothing that identifies a meter, no control character leaves this file. */
function mask(text: string, key: string): string {
  const line = maskIdentity(text.replaceAll(key, MASK))
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  return line.length > MAX_GIST ? `${line.slice(0, MAX_GIST)}…` : line;
}
