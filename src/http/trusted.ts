import { readFileSync } from 'node:fs';

/** The certificate in a file that `ca` names (PEM), or undefined where none is named. @throws {Error} where it cannot be read. */
export function readTrusted(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`ca: ${file} cannot be read; expected a file with a certificate (PEM)`, { cause });
  }
}
