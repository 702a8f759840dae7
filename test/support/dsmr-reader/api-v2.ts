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
import { printReading } from './reading.ts';
import { parseInstant, validate } from './serializer.ts';

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
  const row: Row = { id: state.rows.length + 1, api: 'v2', arrivedAt: state.now(), body: request.body, reading };
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

function list(request: Request, state: State): Answer {
  const query = request.url.searchParams;
  const from = bound(query, 'timestamp__gte');
  const to = bound(query, 'timestamp__lte');
  const exact = bound(query, 'timestamp');
  if (from === null || to === null || exact === null)
    return json(400, badBounds({ timestamp__gte: from, timestamp__lte: to, timestamp: exact }));
  const found = state.rows.filter(
    ({ reading: { timestamp } }) =>
      timestamp >= (from ?? -Infinity) && timestamp <= (to ?? Infinity) && (exact === undefined || timestamp === exact),
  );
  return page(order(found, query.get('ordering')), request.url);
}

/** Undefined where it was not asked for, null where it cannot be read. */
function bound(query: URLSearchParams, name: string): number | null | undefined {
  const text = query.get(name);
  return text === null ? undefined : (parseInstant(text) ?? null);
}

function badBounds(bounds: Record<string, number | null | undefined>): Record<string, string[]> {
  const bad = Object.keys(bounds).filter((name) => bounds[name] === null);
  return Object.fromEntries(bad.map((name) => [name, ['Enter a valid date/time.']]));
}

function order(rows: Row[], ordering: string | null): Row[] {
  const by = (a: Row, b: Row): number => a.reading.timestamp - b.reading.timestamp;
  if (ordering === 'timestamp') return rows.toSorted(by);
  return ordering === '-timestamp' ? rows.toSorted((a, b) => by(b, a)) : rows;
}

function page(rows: Row[], url: URL): Answer {
  const limit = Number(url.searchParams.get('limit')) || 25;
  const offset = Number(url.searchParams.get('offset')) || 0;
  const link = (to: number): string => {
    const linked = new URL(url);
    linked.searchParams.set('limit', String(limit));
    linked.searchParams.set('offset', String(to));
    return linked.href;
  };
  return json(200, {
    count: rows.length,
    next: offset + limit < rows.length ? link(offset + limit) : null,
    previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
    results: rows.slice(offset, offset + limit).map((row) => printReading(row.id, row.reading)),
  });
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
