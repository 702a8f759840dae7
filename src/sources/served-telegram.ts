import type { HttpAnswer } from '../http/client.ts';

/** Of an answer, in bytes: more than any telegram. */
export const LONGEST_ANSWER = 16_384;

/** What is wrong with an answer, by its status; each is read behind the address. */
const STATUSES: Readonly<Record<number, string>> = {
  401: 'asks for a key: set token to a key of that p1-relay with the scope telegrams:read',
  403: 'does not let this in: see the rights of token, and whom the other side allows',
  404: 'has no telegram there: check url. A HomeWizard P1 has it without a path, another p1-relay with compat.homewizard.enabled',
  421: 'does not go by this name: put its address into url, or the name into http.allowedHosts of that p1-relay',
  429: 'is asked too often: set a longer interval',
  503: 'has no telegram to give at the moment: look at the meter and the cable there',
};

/** What stands in the place of a telegram, by how it begins. */
const BEGINNINGS: readonly (readonly [begins: RegExp, what: string])[] = [
  [/^$/, 'answers with nothing, expected a telegram'],
  [/^</, 'answers with a web page, expected a telegram: is url that of a HomeWizard P1 or of a p1-relay?'],
  [/^[[{]/, 'answers with JSON, expected a telegram: the path for it is /api/v1/telegram'],
  [/^(?![/\xdb])/, 'answers with what is no telegram: is url that of a HomeWizard P1 or of a p1-relay?'],
];

const API_OFF = 'has its local API switched off: switch it on in the HomeWizard app, under Settings, Meters';

/** The telegram that was served, with nothing around it. @throws what came in its place, and what to do. */
export function telegramIn(answer: HttpAnswer, address: string): Buffer {
  const text = answer.body.trim();
  const why = answer.status === 200 ? whyNoTelegram(answer, text) : whyRefused(answer, text);
  if (why !== undefined) throw new Error(`${address} ${why}`);
  return Buffer.from(text, 'latin1');
}

function whyNoTelegram({ body, whole }: HttpAnswer, text: string): string | undefined {
  const what = BEGINNINGS.find(([begins]) => begins.test(text))?.[1];
  if (whole || (what !== undefined && text !== '')) return what;
  if (body.length >= LONGEST_ANSWER) return `answers with more than ${LONGEST_ANSWER} bytes, expected one telegram`;
  return 'cut its answer short, or took too long over it';
}

function whyRefused({ status, headers }: HttpAnswer, text: string): string {
  if (status >= 300 && status < 400) return `sends on to ${placeOf(headers['location'])}: set url to the place itself`;
  if (status === 403 && API_DISABLED.test(text)) return API_OFF;
  return STATUSES[status] ?? `answered with status ${status}, expected a telegram: check url`;
}

/** Source: HomeWizard's API documentation, v1, error handling. */
const API_DISABLED = /"id"\s*:\s*202\b/;

/** Without what may be secret in it. */
function placeOf(location: string | string[] | undefined): string {
  if (typeof location !== 'string') return 'somewhere else';
  if (!URL.canParse(location)) return 'another path';
  const { origin, pathname } = new URL(location);
  return origin + pathname.slice(0, 100);
}
