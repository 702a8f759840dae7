import { MASK, maskIdentity } from '../privacy/mask.ts';
import { Ambiguous, Paused, Refused, TryLater, Unreadable } from '../outbox/endpoint.ts';
import type { HttpAnswer } from './http.ts';

/** Who answered: for the text of an error. */
export interface Asked<Question extends string> {
  readonly question: Question;
  /** Address without a key or password. */
  readonly address: string;
  /** Kept out of every text, should the far side repeat it; none where it has none. */
  readonly secrets: readonly string[];
}

/** `failed`: {@link FailedOn}. */
type Verdict = 'taken' | 'refused' | 'unreadable' | 'paused' | 'later' | 'ambiguous' | 'failed';

/** What an answer means: a row of the table that each kind of endpoint has. */
export interface AnswerRow<Question extends string> {
  /** One status, or the first and the last of a range. */
  readonly status: number | readonly [number, number];
  /** What it answers; undefined: any. */
  readonly to?: readonly Question[];
  readonly type?: RegExp;
  readonly body?: RegExp;
  readonly verdict: Verdict;
  /** Paused, unreadable, failed: what a person has to do; without one, to look at `url`. */
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

/** What a kind of far side answers: the first row that fits counts. */
export interface Answers<Question extends string> {
  readonly rows: readonly AnswerRow<Question>[];
  /** What a person has to do about an answer that no row has, and where a row does not say: the endpoint pauses. */
  readonly remedy: string;
}

/** Returns where the answer says yes; else throws what it means. `now` is what a Retry-After date counts from. */
export function judge<Q extends string>(answers: Answers<Q>, answer: HttpAnswer, asked: Asked<Q>, now: Date): void {
  const row = answers.rows.find((one) => fits(one, answer, asked.question));
  const { verdict = 'paused', remedy = answers.remedy } = row ?? {};
  const text = `${asked.address} answered ${describe(answer, asked.secrets)}`;
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

function fits<Q extends string>(row: AnswerRow<Q>, answer: HttpAnswer, question: Q): boolean {
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
function describe(answer: HttpAnswer, secrets: readonly string[]): string {
  const location = header(answer, 'location');
  const parts = [location === undefined ? '' : `to ${location.replace(/\?.*$/s, '')}`, gist(answer.body)];
  const said = parts.filter((part) => part !== '').join(', ');
  return `${answer.status}${said === '' ? '' : `: ${mask(said, secrets)}`}`;
}

const MAX_GIST = 160;

/** Of an error page what stands in its first `<pre>` (the exception) or its title; of anything else its beginning. */
function gist(body: string): string {
  return /<pre>([^<]*)/i.exec(body)?.[1] ?? /<title>([^<]*)/i.exec(body)?.[1] ?? body.replace(/<[^<>]*>/g, ' ');
}

/** No key, nothing that identifies a meter, no control character leaves this file. */
function mask(text: string, secrets: readonly string[]): string {
  // The longest first, or one that holds another would be told but for that part.
  const known = secrets.filter((secret) => secret !== '').toSorted((one, other) => other.length - one.length);
  const masked = known.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  const line = maskIdentity(masked)
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim();
  return line.length > MAX_GIST ? `${line.slice(0, MAX_GIST)}…` : line;
}
