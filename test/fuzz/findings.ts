import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Bytes that once broke a claim. A file is named by the claim and its content; it is never made by hand. */
const FOLDER = new URL('../fixtures/fuzz/', import.meta.url);

/** Keeps bytes for `npm test`; gives the name of the file. */
export function keep(claim: string, bytes: Buffer): string {
  const name = `${claim}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.bin`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL(name, FOLDER), bytes);
  return name;
}

export function readKept(): { name: string; bytes: Buffer }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => ({ name, bytes: readFileSync(new URL(name, FOLDER)) }));
}
