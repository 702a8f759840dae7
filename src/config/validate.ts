import type { z } from 'zod';
import type { Draft } from './draft.ts';
import { expectation } from './expectation.ts';
import { isMap, type Path } from './path.ts';
import type { ConfigSchema } from './schema.ts';
import { isContainer, isSecret, schemaAt, settingNames } from './schema-tree.ts';
import { didYouMean } from './suggest.ts';

/** Checks a draft against the schema. What does not hold is reported to the draft; undefined if anything was. */
export function validate(draft: Draft, schema: ConfigSchema): z.output<ConfigSchema> | undefined {
  const result = schema.safeParse(draft.values, { error: expectation });
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const path = issue.path as Path;
    if (issue.code === 'unrecognized_keys') reportUnknown(draft, schema, path, issue.keys);
    else reportWrong(draft, schema, path, issue);
  }
  return undefined;
}

function reportUnknown(draft: Draft, schema: ConfigSchema, path: Path, keys: readonly string[]): void {
  const map = schemaAt(schema, draft.values, path);
  const known = map === undefined ? [] : settingNames(map, draft.get(path));
  for (const key of keys) {
    const usual = didYouMean(key, known) || `, expected one of ${known.join(', ')}`;
    const hint = /^\d+$/.test(key) ? '; it stands behind a comma: decimals have a point, 0.2145' : usual;
    draft.report([...path, key], `unknown setting${hint}`);
  }
}

function reportWrong(draft: Draft, schema: ConfigSchema, path: Path, issue: z.core.$ZodIssue): void {
  const setting = schemaAt(schema, draft.values, path);
  const value = draft.get(path);
  const got = setting === undefined || mayShow(setting) ? show(value) : kindOf(value);
  const text = `${issue.message}${schemeHint(issue, value)}`;
  if (issue.code === 'invalid_key') draft.report(path, `the name does not do, ${text}`);
  else draft.report(path, value === undefined ? `missing, ${text}` : `got ${got}, ${text}`);
}

/** No secret; and no text in the place of a map either, for that text may hold one. */
function mayShow(setting: z.core.$ZodType): boolean {
  return !isSecret(setting) && !isContainer(setting);
}

function schemeHint(issue: z.core.$ZodIssue, value: unknown): string {
  const isUrl = issue.code === 'invalid_format' && issue.format === 'url';
  const isBare = isUrl && typeof value === 'string' && /^[\w.-]+(:\d+)?(\/\S*)?$/.test(value);
  const [scheme = 'http://'] = /\w+:\/\//.exec(issue.message) ?? [];
  return isBare ? `; did you mean "${scheme}${value}"?` : '';
}

const MAX_SHOWN = 60;

/** A value as it may be shown: short, on one line, without what a URL says of user and password. */
function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return kindOf(value);
  const text = value.replace(/\/\/.*@/g, '//***@');
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return value === null ? 'nothing' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}
