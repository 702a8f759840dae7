import { readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { holderOf } from './holder.ts';

/** What serialport says when a port does not open (it gives no codes), and what a person can do about it. */
const TROUBLES: readonly { says: RegExp; explain: (path: string) => string | Promise<string> }[] = [
  { says: /no such file|no such device/i, explain: missing },
  {
    says: /permission denied/i,
    explain: (path) =>
      `${path}: this user may not read it: sudo usermod -aG dialout ${userInfo().username}, then log in again`,
  },
  { says: /cannot lock/i, explain: held },
  { says: /inappropriate ioctl/i, explain: (path) => `${path}: no serial port; expected one such as /dev/ttyUSB0` },
];

/** The error of opening `path`, made into one line for people. */
export async function explainOpenError(path: string, error: Error): Promise<Error> {
  const trouble = TROUBLES.find(({ says }) => says.test(error.message));
  const message = trouble ? await trouble.explain(path) : `${path}: ${error.message}`;
  return new Error(message, { cause: error });
}

const BY_ID = '/dev/serial/by-id';

async function missing(path: string): Promise<string> {
  const present = (await readdir(BY_ID).catch(() => [])).map((name) => `${BY_ID}/${name}`);
  return present.length === 0
    ? `${path}: no such port, and no USB serial port at all: is the cable plugged in?`
    : `${path}: no such port; there is ${present.join(', ')}`;
}

async function held(path: string): Promise<string> {
  const holder = await holderOf(path);
  const who = holder ? `${holder.name} (pid ${holder.pid})` : 'another process';
  return `${path}: ${who} reads it, and two readers would get half of the bytes each: stop that one`;
}
