import { json, Unfit } from './answers.ts';
import type { Request } from './request.ts';

/** The fields of a form, url-encoded or multipart; undefined where the body is none. */
export function formOf(type: string, body: Buffer): ReadonlyMap<string, string> | undefined {
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return new Map(new URLSearchParams(body.toString('utf8')));
  const [, quoted, bare] = /^multipart\/form-data\s*;.*\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  return boundary === undefined ? undefined : partsOf(body.toString('utf8'), boundary);
}

/** The values of a form or of a JSON object. @throws {Unfit} for any other body. */
export async function valuesOf(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers['content-type'] ?? '';
  const body = await request.body();
  const form = formOf(type, body);
  if (form !== undefined) return Object.fromEntries(form);
  if (!/^application\/json\b/i.test(type))
    throw new Unfit(json(415, { detail: `Unsupported media type "${type}" in request.` }));
  return objectOf(parsed(body.toString('utf8')));
}

function partsOf(body: string, boundary: string): ReadonlyMap<string, string> {
  const parts = body.split(`--${boundary}`).slice(1, -1);
  return new Map(
    parts.map((part): [string, string] => {
      const end = part.indexOf('\r\n\r\n');
      const [, name = ''] = /\bname="([^"]*)"/.exec(part.slice(0, Math.max(end, 0))) ?? [];
      return [name, part.slice(end + '\r\n\r\n'.length, -'\r\n'.length)];
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unfit(json(400, { detail: 'JSON parse error - the body is no JSON' }));
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const kind = Array.isArray(value) ? 'list' : value === null ? 'NoneType' : (KINDS[typeof value] ?? 'str');
  throw new Unfit(json(400, { non_field_errors: [`Invalid data. Expected a dictionary, but got ${kind}.`] }));
}

/** As Python calls them. */
const KINDS: Readonly<Record<string, string>> = { string: 'str', number: 'int', boolean: 'bool' };
