import type { IncomingMessage } from 'node:http';
import { notAsExpected, Problem } from './problem.ts';

const LARGEST_BYTES = 65_536;
/** JSON that nests deeper has no use here. */
const DEEPEST = 32;
const SHOWN = 20;

/** The body of a request: JSON, or a form as an object of texts; undefined where there is none. @throws {Problem} */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await collect(request);
  if (bytes.length === 0) return undefined;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded')
    return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
  if (type === 'application/json') return readJson(bytes.toString('utf8'));
  const detail = `got ${type === '' || type === undefined ? 'no Content-Type' : type}, expected application/json or application/x-www-form-urlencoded`;
  throw new Problem('unsupported-media-type', detail);
}

/** The bytes of a body. @throws {Problem} where they are too many. */
export async function collect(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = new Problem('too-large', `expected at most ${LARGEST_BYTES} bytes`, { allowed: LARGEST_BYTES });
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readJson(text: string): unknown {
  if (depthOf(text) > DEEPEST)
    throw notAsExpected('body', shownOf(text), `expected JSON that nests at most ${DEEPEST} deep`, 'invalid-body');
  try {
    return JSON.parse(text);
  } catch {
    throw notAsExpected('body', shownOf(text), 'expected JSON', 'invalid-body');
  }
}

/** The beginning is enough to know it again. */
function shownOf(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function depthOf(text: string): number {
  let [depth, most] = [0, 0];
  for (const letter of text) {
    if (letter === '[' || letter === '{') most = Math.max(most, ++depth);
    if (letter === ']' || letter === '}') depth -= 1;
  }
  return most;
}
