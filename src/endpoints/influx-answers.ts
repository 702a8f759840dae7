import type { AnswerRow, Answers } from './answers.ts';

export type Question = 'write' | 'ping';

const SET_URL = 'set url to the address of InfluxDB itself, without /write behind it';
const SET_TOKEN = 'set token (v2), or user and password (v1), to some that may write there';
const SET_PLACE = 'set org and bucket (v2), or database (v1), to names that exist there';

/**
 * What each answer means. A 400 says that a line is wrong and names one of them; the others of the request may have been
 * written. Source: InfluxDB v2 API, POST /api/v2/write; InfluxDB 1.8, /write; VictoriaMetrics and InfluxDB 3 answer the same.
 */
const ROWS: readonly AnswerRow<Question>[] = [
  { status: [200, 204], to: ['ping'], verdict: 'taken' },
  { status: 204, verdict: 'taken' },
  { status: 200, body: /^\s*$/, verdict: 'taken' },
  { status: [200, 299], verdict: 'paused', remedy: SET_URL },
  { status: [300, 399], verdict: 'paused', remedy: 'set url to where it sends, with the right http:// or https://' },
  {
    status: 400,
    to: ['write'],
    body: /database is required|org.*not found|bucket.*not found/i,
    verdict: 'paused',
    remedy: SET_PLACE,
  },
  { status: 400, to: ['write'], verdict: 'refused' },
  { status: 401, verdict: 'paused', remedy: SET_TOKEN },
  { status: 403, verdict: 'paused', remedy: SET_TOKEN },
  { status: 404, body: /not found|does not exist/i, type: /json/i, verdict: 'paused', remedy: SET_PLACE },
  { status: [404, 405], verdict: 'paused', remedy: SET_URL },
  { status: 408, verdict: 'later' },
  { status: 413, verdict: 'refused' },
  { status: 422, to: ['write'], verdict: 'refused' },
  { status: 425, verdict: 'later' },
  { status: 429, verdict: 'later' },
  {
    status: [400, 499],
    verdict: 'paused',
    remedy: 'see what stands between this machine and InfluxDB, or set url anew',
  },
  { status: [500, 599], verdict: 'later' },
];

export const INFLUX_ANSWERS: Answers<Question> = { rows: ROWS, remedy: SET_URL };
