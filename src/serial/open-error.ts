import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { holderOf } from './holder.ts';

const NO_PORT = 'no serial port; expected one such as /dev/ttyUSB0: `p1-relay ports` lists them';

/** What serialport says when a port does not open (it gives no codes), and what a person can do about it. */
const TROUBLES: readonly { says: RegExp; explain: (path: string) => string | Promise<string> }[] = [
  { says: /no such file|no such device|not a directory/i, explain: missing },
  {
    says: /permission denied/i,
    explain: (path) =>
      `${path}: this user may not read it: sudo usermod -aG dialout ${userInfo().username}, then log in again`,
  },
  { says: /cannot lock|busy/i, explain: held },
  { says: /is a directory/i, explain: (path) => `${path}: a folder, ${NO_PORT}` },
  { says: /inappropriate ioctl/i, explain: (path) => `${path}: ${NO_PORT}` },
];

/** The error of opening `path`, made into one line for people. */
export async function explainOpenError(path: string, error: Error): Promise<Error> {
  const trouble = TROUBLES.find(({ says }) => says.test(error.message));
  const message = await (trouble ? trouble.explain(path) : unknown(path, error));
  return new Error(message, { cause: error });
}

/** `Error: Input/output error, cannot open /dev/ttyUSB0`, without what is said anyway. */
function unknown(path: string, { message }: Error): string {
  const reason = message.replace(/^Error: /, '').replace(/, cannot open .*/, '');
  return `${path}: cannot be opened (${reason}): plug the adapter in anew, and see what dmesg says`;
}

const BY_ID = '/dev/serial/by-id';

async function missing(path: string): Promise<string> {
  const present = (await readdir(BY_ID).catch(() => [])).map((name) => `${BY_ID}/${name}`);
  return present.length === 0
    ? `${path}: no such port, and no USB serial port at all: plug the cable in`
    : `${path}: no such port; there is ${present.join(', ')}`;
}

async function held(path: string): Promise<string> {
  const holder = await holderOf(path);
  const who = holder ? `${holder.name} (pid ${holder.pid})` : 'another process';
  return `${path}: ${who} reads it, and two readers would get half of the bytes each: stop that one`;
}
