import type { Command } from 'commander';
import { readSecret } from '../config/secret-file.ts';
import { isMeterKey } from '../settings/meter-key.ts';

/** What the help says of a key. */
export const KEY_FORMS = '32 hexadecimal digits, or @FILE, which holds them: every user can read a command line';

/** Has these options of a command hold keys: what is none ends the command as a mistake, and is not shown. */
export function readKeys(command: Command, names: readonly string[]): Command {
  return command.hook('preAction', async () => {
    for (const name of names) {
      const text: unknown = command.getOptionValue(name);
      if (typeof text === 'string') command.setOptionValue(name, await readKey(text, command, name));
    }
  });
}

async function readKey(text: string, command: Command, name: string): Promise<string> {
  const found = text.startsWith('@') ? await readSecret(text.slice(1)) : { text };
  if ('problem' in found) return command.error(`error: --${name}: ${found.problem}`);
  return isMeterKey(found.text) ? found.text : command.error(`error: --${name}: expected ${KEY_FORMS}`);
}
