import { parse } from 'yaml';
import { z } from 'zod';
import type { Draft } from './draft.ts';
import { valueAt, type Path } from './path.ts';
import { schemaAt } from './schema-tree.ts';
import type { Surroundings } from './surroundings.ts';

const PREFIX = 'P1_RELAY_';
/** The name of the file is no setting in it. */
const NO_SETTING = 'P1_RELAY_CONFIG';
/** No setting lies deeper. */
const MAX_DEPTH = 8;

/**
 * Names of the variables that set a setting: `P1_RELAY_ENDPOINTS__0__URL` is `endpoints[0].url`, and
 * `P1_RELAY_JOURNAL__KEEP_SIZE` is `journal.keepSize`. An empty one sets nothing.
 */
export function settingVariables(env: Surroundings['env']): string[] {
  return Object.keys(env).filter((name) => name.startsWith(PREFIX) && name !== NO_SETTING && Boolean(env[name]));
}

/** Lays the `P1_RELAY_…` variables over the draft: each wins over what the file says of that setting. */
export function applyEnvironment(draft: Draft, schema: z.core.$ZodType, env: Surroundings['env']): void {
  const variables = settingVariables(env).map((name) => ({ name, path: pathOf(name) }));
  for (const { name, path } of variables.sort(outerFirst)) setFromText(draft, schema, path, env[name] ?? '', name);
  const count = variables.length;
  if (count > 0) draft.origins.push(`${count} ${PREFIX}… variable${count > 1 ? 's' : ''}`);
}

/** Sets a setting from the text of a variable: as it is where the setting takes text, else as YAML would read it. */
export function setFromText(draft: Draft, schema: z.core.$ZodType, path: Path, text: string, variable: string): void {
  const gap = gapIn(draft.values, path);
  if (gap === undefined) draft.set(path, read(schemaAt(schema, draft.values, path), text), variable);
  else draft.problems.push(`${variable}: there is no entry ${gap}; number them from 0, without a gap`);
}

function read(setting: z.core.$ZodType | undefined, text: string): unknown {
  if (setting === undefined || z.safeParse(setting, text).success) return text;
  try {
    const value: unknown = parse(text, { logLevel: 'silent' });
    return value ?? text;
  } catch {
    return text;
  }
}

function pathOf(variable: string): Path {
  const segments = variable.slice(PREFIX.length).split('__').slice(0, MAX_DEPTH);
  return segments.map((segment) => (/^\d+$/.test(segment) ? Number(segment) : toCamelCase(segment)));
}

function toCamelCase(segment: string): string {
  return segment.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A map before what is in it, and its `type` before the settings that depend on it; lists in their order. */
function outerFirst(a: { name: string; path: Path }, b: { name: string; path: Path }): number {
  const isType = ({ path }: { path: Path }) => Number(path.at(-1) === 'type');
  return (
    a.path.length - b.path.length || isType(b) - isType(a) || a.name.localeCompare(b.name, 'en', { numeric: true })
  );
}

/** The number that a list would have to have before the one that the path names. */
function gapIn(data: unknown, path: Path): number | undefined {
  for (const [depth, key] of path.entries()) {
    if (typeof key !== 'number') continue;
    const list = valueAt(data, path.slice(0, depth));
    const length = Array.isArray(list) ? list.length : 0;
    if (key > length) return length;
  }
  return undefined;
}
