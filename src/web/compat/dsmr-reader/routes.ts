import { operationId } from '../../http/openapi.ts';
import { html, json, NOT_FOUND, Unfit } from './answers.ts';
import { monitoring, version } from './application.ts';
import { electricityLive, gasLive, today } from './consumption.ts';
import { DESCRIPTIONS, type Description } from './descriptions.ts';
import { postReading, postTelegram } from './posts.ts';
import { listReadings } from './readings.ts';
import type { Answer, Handler, Need, Parts, Request } from './request.ts';
import { statisticsByDay, statisticsByHour } from './statistics.ts';

interface Method {
  readonly need: Need;
  readonly handle: Handler;
  readonly about: Description;
}
type Route = Readonly<Record<string, Method>>;

const TELEGRAMS = '/api/v1/datalogger/dsmrreading';

const usage = (handle: Handler, about: Description): Route => ({ GET: { need: 'usage:read', handle, about } });
const status = (handle: Handler, about: Description): Route => ({ GET: { need: 'status:read', handle, about } });
const { readings, day, hour } = DESCRIPTIONS;

/** The part of DSMR-reader's API v2 that is served. */
const ROUTES: Readonly<Record<string, Route>> = {
  '/api/v2/datalogger/dsmrreading': {
    GET: { need: 'usage:read', handle: listReadings, about: readings },
    POST: { need: 'ingest:write', handle: postReading, about: DESCRIPTIONS.postReading },
  },
  '/api/v2/consumption/today': usage(today, DESCRIPTIONS.today),
  '/api/v2/consumption/electricity-live': usage(electricityLive, DESCRIPTIONS.electricityLive),
  '/api/v2/consumption/gas-live': usage(gasLive, DESCRIPTIONS.gasLive),
  '/api/v2/statistics/day': usage(statisticsByDay, day),
  '/api/v2/statistics/hour': usage(statisticsByHour, hour),
  '/api/v2/application/version': status(version, DESCRIPTIONS.version),
  '/api/v2/application/monitoring': status(monitoring, DESCRIPTIONS.monitoring),
};

const V1: Route = { POST: { need: 'ingest:write', handle: postTelegram, about: DESCRIPTIONS.postTelegram } };

/** What is served, as paths of an OpenAPI document. */
export function describedPaths(): Readonly<Record<string, Readonly<Record<string, object>>>> {
  const paths = Object.entries({ [TELEGRAMS]: V1, ...ROUTES });
  return Object.fromEntries(paths.map(([path, route]) => [path, operationsOf(path, route)]));
}

function operationsOf(path: string, route: Route): Readonly<Record<string, object>> {
  const operations = Object.entries(route).map(([method, { need, about }]): [string, object] => [
    method.toLowerCase(),
    { operationId: operationId(method, path), security: [{ authkey: [need] }], parameters: [], ...about },
  ]);
  return Object.fromEntries(operations);
}

/** Whether a path is one of DSMR-reader's. */
export function isOfDsmrReader(path: string): boolean {
  return path.startsWith('/api/v1/') || path.startsWith('/api/v2/');
}

/** Answers as DSMR-reader does, its checks in its order. @throws what its parts throw where something cannot be told. */
export async function answer(request: Request, parts: Parts): Promise<Answer> {
  try {
    const { pathname } = request.url;
    return pathname === TELEGRAMS ? await answerV1(request, parts) : await answerV2(request, parts, ROUTES[pathname]);
  } catch (error) {
    if (error instanceof Unfit) return error.answer;
    throw error;
  }
}

async function answerV1(request: Request, parts: Parts): Promise<Answer> {
  if (request.method !== 'POST') return html(405, '', { allow: 'POST, OPTIONS' });
  if (!parts.takesPosts) return html(405, 'API is disabled', { allow: 'POST' });
  if (!parts.isAllowed(request.headers, 'ingest:write')) return html(403, 'Invalid auth key');
  return postTelegram(request, parts);
}

async function answerV2(request: Request, parts: Parts, route: Route | undefined): Promise<Answer> {
  if (route === undefined) return NOT_FOUND;
  if (!acceptsJson(request)) return html(406, 'Could not satisfy the request Accept header.');
  const asked = route[request.method === 'HEAD' ? 'GET' : request.method];
  if (request.method === 'POST' && asked !== undefined && !parts.takesPosts)
    return json(403, { detail: 'API is disabled' });
  const [first] = Object.values(route);
  const need = asked?.need ?? first?.need ?? 'usage:read';
  if (!parts.isAllowed(request.headers, need)) return json(403, { detail: 'Invalid auth key' });
  const allow = [...Object.keys(route), 'HEAD', 'OPTIONS'].join(', ');
  if (asked === undefined) return json(405, { detail: `Method "${request.method}" not allowed.` }, { allow });
  return asked.handle(request, parts);
}

function acceptsJson({ headers: { accept = '*/*' } }: Request): boolean {
  return /\*\/\*|application\/(?:json|\*)/.test(accept);
}
