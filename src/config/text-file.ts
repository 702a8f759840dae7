import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** No configuration, list of variables or secret is near this long. */
const MAX_BYTES = 1_000_000;
const TOO_LONG = `is longer than ${MAX_BYTES} bytes, expected a file of settings`;

/** The text of a small file; undefined where there is no such file. Throws what a person can act on: `explain` it. */
export async function readText(path: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    // One byte more than is taken tells a file that is too long, be it a device without an end.
    for await (const chunk of createReadStream(path, { end: MAX_BYTES })) chunks.push(chunk as Buffer);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > MAX_BYTES) throw new RangeError(TOO_LONG);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

/** Why a file could not be read, as the end of a sentence that begins with its name. */
export function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof RangeError) return message;
  return REASONS[code ?? ''] ?? `cannot be read (${code ?? message})`;
}

/** True where every user of the machine may read a file. */
export function isOpenToAll(path: string): Promise<boolean> {
  return stat(path).then(
    ({ mode }) => (mode & 0o004) !== 0,
    () => false,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read by this user; give it to the group of the service and chmod 640',
  EISDIR: 'is a folder, expected a file',
};

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
