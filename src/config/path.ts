/** Where a setting stands: names of settings and numbers of list entries, from the top down. */
export type Path = readonly (string | number)[];

/** As a person would write it: `endpoints[0].url`. On one line and not long, whatever the names are. */
export function formatPath(path: Path): string {
  return path.map(formatKey).join('').replace(/^\./, '');
}

function formatKey(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[\w-]{1,64}$/.test(key) ? `.${key}` : `[${JSON.stringify(key.slice(0, 40))}]`;
}

/** What stands at `path` in plain data; undefined where there is nothing. */
export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => entryOf(value, key), data);
}

/** A copy of plain data with `value` at `path`; maps and lists that are missing on the way are made. */
export function withValueAt(data: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const entry = withValueAt(entryOf(data, key), rest, value);
  if (typeof key === 'string') return { ...(isMap(data) ? data : {}), [key]: entry };
  const list: unknown[] = Array.isArray(data) ? Array.from<unknown>(data) : [];
  list[key] = entry;
  return list;
}

/** What a map or a list holds, by name or number; nothing where the data is neither. */
export function entriesOf(data: unknown): [string | number, unknown][] {
  if (Array.isArray(data)) return [...data.entries()];
  return isMap(data) ? Object.entries(data) : [];
}

/** A map of plain data, as YAML or JSON have it. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entryOf(container: unknown, key: string | number): unknown {
  if (typeof key === 'number') return Array.isArray(container) ? container[key] : undefined;
  return isMap(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}
