import { resolve } from 'node:path';
import type { z } from 'zod';
import type { Draft } from './draft.ts';
import { UNREAD } from '../settings/values.ts';
import { isMap, type Path } from './path.ts';
import { secretPaths } from './schema-tree.ts';
import { readSecret, type Found } from './secret-file.ts';
import type { Surroundings } from './surroundings.ts';

/** For a command that sends nothing: what only the service may read is left where it is. */
export function leaveSecrets(draft: Draft, schema: z.core.$ZodType): void {
  for (const path of [...secretPaths(schema, draft.values)]) {
    const value = draft.get(path);
    if (isMap(value) && referenceOf(value) !== undefined) draft.set(path, UNREAD);
  }
}

/**
 * Puts the text of each secret in the place of its reference: `{env: NAME}`, `{file: PATH}` (relative to `folder`),
 * `{credential: NAME}` (systemd's LoadCredential). What cannot be had is reported to the draft; no secret is shown.
 * Returns where the configuration file holds a secret in plain text.
 */
export async function resolveSecrets(
  draft: Draft,
  schema: z.core.$ZodType,
  env: Surroundings['env'],
  folder: string,
): Promise<Path[]> {
  const inPlainText: Path[] = [];
  for (const path of [...secretPaths(schema, draft.values)]) {
    const value = draft.get(path);
    if (typeof value === 'string' && draft.isFromFile(path)) inPlainText.push(path);
    const lookUp = isMap(value) ? referenceOf(value) : undefined;
    if (lookUp === undefined) continue;
    const found = await lookUp(env, folder);
    if ('text' in found) draft.set(path, found.text);
    else draft.report(path, found.problem);
  }
  return inPlainText;
}

type LookUp = (env: Surroundings['env'], folder: string) => Found | Promise<Found>;

/** The ways to refer to a secret. What is no reference is left for the schema to refuse. */
const REFERENCES: Readonly<Record<string, (name: string) => LookUp>> = {
  env: (name) => (env) =>
    env[name]
      ? { text: env[name] }
      : { problem: `the environment variable ${name} is not set, expected the secret in it` },
  file: (name) => (_env, folder) => readSecret(resolve(folder, name)),
  credential: (name) => (env) => {
    const folder = env['CREDENTIALS_DIRECTORY'];
    if (!folder) return { problem: `got no credential ${name}: ${ONLY_SYSTEMD}` };
    return readSecret(resolve(folder, name), `; the unit needs LoadCredential=${name}:/path/to/secret`);
  },
};

const ONLY_SYSTEMD = 'only systemd gives them, to its services (LoadCredential); elsewhere use {file: PATH}';

function referenceOf(value: Readonly<Record<string, unknown>>): LookUp | undefined {
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0 || typeof entry[1] !== 'string' || entry[1] === '') return undefined;
  return Object.hasOwn(REFERENCES, entry[0]) ? REFERENCES[entry[0]]?.(entry[1]) : undefined;
}
