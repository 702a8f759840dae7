/** One row of a list. */
export type Row = Readonly<Record<string, unknown>>;

export const FORMATS = ['json', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export const JSON_TYPE = 'application/json';
const TYPES: Readonly<Record<Format, string>> = {
  json: JSON_TYPE,
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};
/** The media types of lists, as they are asked for. */
export const LIST_TYPES = ['text/csv', 'application/x-ndjson'] as const;

const BY_TYPE: Readonly<Record<string, Format>> = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson' };

/** The format of a list that an `Accept` header asks for first; JSON where it names none of them. */
export function formatOf(accept: string | undefined): Format {
  for (const { type } of wishesOf(accept)) {
    const format = BY_TYPE[type];
    if (format !== undefined) return format;
    if (accepts(JSON_TYPE, [{ type }])) return 'json';
  }
  return 'json';
}

/** True where an `Accept` header takes one of these types. */
export function acceptsAny(accept: string | undefined, types: readonly string[]): boolean {
  const wishes = wishesOf(accept);
  return wishes.length === 0 || types.some((type) => accepts(type, wishes));
}

interface Wish {
  readonly type: string;
}

function accepts(type: string, wishes: readonly Wish[]): boolean {
  const [family = ''] = type.split('/');
  return wishes.some((wish) => wish.type === type || wish.type === '*/*' || wish.type === `${family}/*`);
}

/** The most wanted first. */
function wishesOf(accept = ''): Wish[] {
  return accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
      return { type, weight: weight === undefined ? 1 : Number(weight) || 0 };
    })
    .filter(({ type, weight }) => type !== '' && weight > 0)
    .sort((one, other) => other.weight - one.weight);
}

export function writeRows(rows: readonly Row[], format: Exclude<Format, 'json'>): { type: string; body: string } {
  const type = TYPES[format];
  if (format === 'ndjson') return { type, body: rows.map((row) => `${JSON.stringify(row)}\n`).join('') };
  const flat = rows.map((row) => flatten(row));
  const heads = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  if (rows.length === 0) return { type, body: '' };
  const lines = [heads.map(cell), ...flat.map((row) => heads.map((head) => cell(row[head])))];
  return { type, body: lines.map((line) => `${line.join(',')}\r\n`).join('') };
}

/** What lies in an object gets a column of its own: `marker.key`. */
function flatten(row: Row, prefix = ''): Row {
  const entries = Object.entries(row).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(flatten(value as Row, `${prefix}${name}.`))
      : [[prefix + name, value]],
  );
  return Object.fromEntries(entries);
}

/** RFC 4180. A text that a spreadsheet would take for a formula is kept from being one. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(written) ? `'${written}` : written;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
