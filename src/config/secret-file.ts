import { explain, readText } from './text-file.ts';

/** A secret, or the end of a sentence that says why it cannot be had. */
export type Found = { readonly text: string } | { readonly problem: string };

/** The secret on the first line of a file. `hint` is for whoever lacks the file. */
export async function readSecret(path: string, hint = ''): Promise<Found> {
  try {
    const text = await readText(path);
    if (text === undefined) return { problem: `${path} does not exist, expected a file with the secret${hint}` };
    const [line = ''] = text.trim().split(/\r?\n/);
    return line === '' ? { problem: `${path} is empty, expected a secret on its first line` } : { text: line };
  } catch (error) {
    return { problem: `${path} ${explain(error)}` };
  }
}
