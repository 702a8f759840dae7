import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { isMeterKey } from '../settings/meter-key.ts';

/** What the help says of a key. */
export const KEY_FORMS = '32 hexadecimal digits, or @FILE, which holds them: every user can read a command line';

/** Has these options of a command hold keys: what is none ends the command as a mistake, and is not shown. */
export function readKeys(command: Command, names: readonly string[]): Command {
  return command.hook('preAction', () => {
    for (const name of names) {
      const text: unknown = command.getOptionValue(name);
      if (typeof text === 'string') command.setOptionValue(name, readKey(text, command, name));
    }
  });
}

function readKey(text: string, command: Command, name: string): string {
  const key = text.startsWith('@') ? firstLine(text.slice(1), command, name) : text;
  return isMeterKey(key) ? key : command.error(`error: --${name}: expected ${KEY_FORMS}`);
}

function firstLine(path: string, command: Command, name: string): string {
  try {
    const [line = ''] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
    return line;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return command.error(`error: --${name}: ${path} cannot be read (${code}), expected a file with the key`);
  }
}
