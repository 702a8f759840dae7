import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Surroundings } from './surroundings.ts';

/** The folder of the journal and all else that outlives the process, and who chose it. */
export interface StateDir {
  readonly path: string;
  /** For the line that the service starts with. */
  readonly reason: string;
}

const SYSTEM_DIR = 'var/lib/p1-relay';

/** Chooses the folder; makes nothing. `configured` is the setting `state.dir`. */
export async function stateDir(configured: string | undefined, { env, cwd, root }: Surroundings): Promise<StateDir> {
  if (configured !== undefined) return { path: resolve(cwd, configured), reason: 'state.dir' };
  const [bySystemd] = (env['STATE_DIRECTORY'] ?? '').split(':');
  if (bySystemd) return { path: bySystemd, reason: "systemd's STATE_DIRECTORY" };
  const system = join(root, SYSTEM_DIR);
  if (await canBeWritten(system)) return { path: system, reason: 'the default' };
  const home = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return { path: join(home, 'p1-relay'), reason: `${system} cannot be written by this user` };
}

async function canBeWritten(folder: string): Promise<boolean> {
  const mayWrite = (path: string) => access(path, constants.W_OK | constants.X_OK).then(() => 'yes', codeOf);
  const answer = await mayWrite(folder);
  return (answer === 'ENOENT' ? await mayWrite(dirname(folder)) : answer) === 'yes';
}

function codeOf(error: NodeJS.ErrnoException): string | undefined {
  return error.code;
}
