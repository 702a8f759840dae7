import {
  type Answer,
  formFields,
  html,
  json,
  keyFits,
  notFoundPage,
  type Request,
  type Row,
  type State,
} from './api.ts';
import { list } from './list.ts';
import { printReading } from './reading.ts';
import { validate } from './serializer.ts';

/** The methods of one path. */
type Route = Readonly<Record<string, (request: Request, state: State) => Answer>>;

const ROUTES: Readonly<Record<string, Route>> = {
  '/api/v2/datalogger/dsmrreading': { GET: list, POST: create },
  '/api/v2/datalogger/meter-statistics': { GET: statistics, PATCH: patchStatistics },
  '/api/v2/application/version': { GET: () => json(200, { version: '5.11.0' }) },
};

/** The part of API v2 that a sender uses; every other path is unknown. */
export function answerV2(request: Request, state: State): Answer {
  const route = ROUTES[request.url.pathname];
  if (route === undefined) return notFoundPage;
  if (!acceptsJson(request)) return html(406, 'Could not satisfy the request Accept header.');
  if (!state.enabled) return json(403, { detail: 'API is disabled' });
  if (!keyFits(request, state.key)) return json(403, { detail: 'Invalid auth key' });
  const handle = route[request.method];
  const allow = [...Object.keys(route), 'HEAD', 'OPTIONS'].join(', ');
  return handle === undefined
    ? json(405, { detail: `Method "${request.method}" not allowed.` }, { allow })
    : handle(request, state);
}

function acceptsJson(request: Request): boolean {
  return /\*\/\*|application\/(json|\*)/.test(request.headers['accept'] ?? '*/*');
}

function create(request: Request, state: State): Answer {
  const fields = bodyFields(request);
  if ('status' in fields) return fields;
  const { errors, reading } = validate(fields.values);
  if (errors !== undefined) return json(400, errors);
  const { body, nth } = request;
  const row: Row = { id: state.rows.length + 1, api: 'v2', arrivedAt: state.now(), request: nth, body, reading };
  state.rows.push(row);
  return json(201, printReading(row.id, reading));
}

function bodyFields(request: Request): Answer | { values: Record<string, unknown> } {
  const form = formFields(request);
  if (form !== undefined) return { values: Object.fromEntries(form) };
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json'))
    return json(415, { detail: `Unsupported media type "${type}" in request.` });
  try {
    return asObject(JSON.parse(request.body.toString('utf8')));
  } catch (error) {
    return json(400, { detail: `JSON parse error - ${String(error)}` });
  }
}

function asObject(value: unknown): Answer | { values: Record<string, unknown> } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { values: { ...value } };
  const kind = Array.isArray(value) ? 'list' : typeof value;
  return json(400, { non_field_errors: [`Invalid data. Expected a dictionary, but got ${kind}.`] });
}

function statistics(_: Request, state: State): Answer {
  return json(200, state.statistics);
}

function patchStatistics(request: Request, state: State): Answer {
  const fields = bodyFields(request);
  if ('status' in fields) return fields;
  const { dsmr_version: version } = fields.values;
  if (typeof version === 'string' && version.length > 2) {
    return json(400, { dsmr_version: ['Ensure this field has no more than 2 characters.'] });
  }
  Object.assign(state.statistics, fields.values);
  return json(200, state.statistics);
}
