import { type Answer, json, type Request, type Row, type State } from './api.ts';
import { printReading } from './reading.ts';
import { parseInstant } from './serializer.ts';

const HOUR = 3_600_000;
const LIMIT = 25;
const BOUNDS = ['timestamp', 'timestamp__gte', 'timestamp__lte'] as const;
type Bounds = Partial<Record<(typeof BOUNDS)[number], number>>;

/** `GET /api/v2/datalogger/dsmrreading`: the readings between two instants, a page of them. */
export function list(request: Request, state: State): Answer {
  const query = request.url.searchParams;
  const bounds: Bounds = {};
  const complaints: Record<string, string[]> = {};
  for (const name of BOUNDS.filter((name) => query.has(name))) {
    const instant = parseInstant(query.get(name)!);
    if (instant === undefined) complaints[name] = ['Enter a valid date/time.'];
    else bounds[name] = instant;
  }
  if (Object.keys(complaints).length > 0) return json(400, complaints);
  const found = state.rows.filter((row) => lies(row, bounds)).filter(keptBy(state));
  return page(order(found, query.get('ordering')), request.url);
}

function lies({ reading: { timestamp: at } }: Row, bounds: Bounds): boolean {
  const { timestamp = at, timestamp__gte: from = at, timestamp__lte: to = at } = bounds;
  return at === timestamp && at >= from && at <= to;
}

/** Whether the clean-up has left a row: of old hours it leaves the first and the last. */
function keptBy(state: State): (row: Row) => boolean {
  const oldest = state.now().getTime() - state.keepsAllForMs;
  return (row) => row.reading.timestamp >= oldest || isEndOfItsHour(row, state.rows);
}

function isEndOfItsHour({ id, reading: { timestamp } }: Row, rows: readonly Row[]): boolean {
  const hour = Math.floor(timestamp / HOUR);
  const same = rows.filter(({ reading }) => Math.floor(reading.timestamp / HOUR) === hour).toSorted(byTime);
  return same[0]?.id === id || same.at(-1)?.id === id;
}

function order(rows: Row[], ordering: string | null): Row[] {
  if (ordering === 'timestamp') return rows.toSorted(byTime);
  return ordering === '-timestamp' ? rows.toSorted((a, b) => byTime(b, a)) : rows;
}

function byTime(a: Row, b: Row): number {
  return a.reading.timestamp - b.reading.timestamp;
}

function page(rows: Row[], url: URL): Answer {
  const limit = whole(url.searchParams.get('limit')) || LIMIT;
  const offset = whole(url.searchParams.get('offset'));
  const last = offset + limit;
  return json(200, {
    count: rows.length,
    next: last < rows.length ? link(url, limit, last) : null,
    previous: offset > 0 ? link(url, limit, offset - limit) : null,
    results: rows.slice(offset, last).map((row) => printReading(row.id, row.reading)),
  });
}

/** 0 where it was not given, or is no whole number. */
function whole(text: string | null): number {
  return /^\d+$/.test(text ?? '') ? Number(text) : 0;
}

function link(url: URL, limit: number, offset: number): string {
  const linked = new URL(url);
  linked.searchParams.set('limit', String(limit));
  if (offset > 0) linked.searchParams.set('offset', String(offset));
  else linked.searchParams.delete('offset');
  return linked.href;
}
