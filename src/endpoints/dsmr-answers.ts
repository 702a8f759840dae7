import type { AnswerRow, Answers } from './answers.ts';

/** What was asked of DSMR-reader: each takes another answer for a yes. */
export type Question = 'v1' | 'v2' | 'version' | 'list';

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
 * What each answer of DSMR-reader means. A 500 has many meanings, which only its body tells apart.
 * Source: answers of a running DSMR-reader 5.11, API v1 and v2; RFC 9110 §15 for those of a proxy before it.
 */
const ROWS: readonly AnswerRow<Question>[] = [
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

export const DSMR_ANSWERS: Answers<Question> = { rows: ROWS, remedy: SET_URL };
