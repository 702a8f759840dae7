import { timeLimit } from '../time/time-limit.ts';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { holderOf } from './holder.ts';
import { readPort } from './port.ts';
import { isRadioStick, type UsbIdentity } from './radio-sticks.ts';

/** Where to look, and how. The roots are arguments so that a test can build its own machine. */
export interface Search {
  readonly baudRate: number;
  readonly signal: AbortSignal;
  readonly dev?: string;
  readonly sys?: string;
  /** How long one port may take to be heard. A DSMR 4 meter sends every ten seconds. */
  readonly listenMs?: number;
}

/**
 * The first serial port on which a telegram begins, listening to one after the other. Known radio sticks are never
 * opened, held ports never taken, nothing is ever written. Undefined when the signal aborts.
 * @throws {Error} that tells of each port why it is not the one.
 */
export async function findPort(search: Search): Promise<string | undefined> {
  const { dev = '/dev', sys = '/sys', signal } = search;
  const findings: string[] = [];
  const paths = await candidates(dev);
  const listenMs = Math.min(search.listenMs ?? LISTEN_MS, SEARCH_MS / paths.length);
  for (const path of paths) {
    const finding = (await reasonToLeaveAlone(path, sys)) ?? (await listen(path, { ...search, listenMs }));
    if (signal.aborted) return undefined;
    if (finding === undefined) return path;
    findings.push(finding.startsWith(path) ? finding : `${path}: ${finding}`);
  }
  throw new Error(
    findings.length === 0
      ? NO_PORT
      : `port: auto heard a meter on none of ${findings.length} ports. ${findings.join('. ')}`,
  );
}

const NO_PORT = 'port: auto found no serial port: is the cable plugged in? Others can be named with port: /dev/…';

/** The whole search takes no longer than this, however many ports there are. */
export const SEARCH_MS = 120_000;
/** Longer than a meter's ten seconds between telegrams. */
const LISTEN_MS = 12_000;

/** Links by id first since they keep their names; then what they do not lead to. */
async function candidates(dev: string): Promise<string[]> {
  const byId = await names(join(dev, 'serial/by-id'), /./);
  const direct = await names(dev, /^tty(USB|ACM)\d+$|^ttyAMA0$/);
  const linked = await Promise.all(byId.map((link) => realpath(link).catch(() => '')));
  return [...byId, ...direct.filter((path) => !linked.includes(path))];
}

async function names(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Why a port must not even be opened, if so. */
async function reasonToLeaveAlone(path: string, sys: string): Promise<string | undefined> {
  if (await isRadio(path, sys)) return 'a Zigbee or Z-Wave stick, left alone';
  const holder = await holderOf(path);
  return holder && `in use by ${holder.name} (pid ${holder.pid})`;
}

async function isRadio(path: string, sys: string): Promise<boolean> {
  const device = await realpath(path).catch(() => path);
  return isRadioStick(await identify(join(sys, 'class/tty', basename(device), 'device'), sys, basename(path)));
}

/** The USB device of a tty is one of the folders above it in sysfs: the one that has ids. */
async function identify(link: string, sys: string, name: string): Promise<UsbIdentity> {
  const read = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).trim();
  for (let folder = await realpath(link).catch(() => sys); folder.length > sys.length; folder = dirname(folder)) {
    const vendor = await read(join(folder, 'idVendor'));
    if (vendor === '') continue;
    const [product, ...texts] = await Promise.all(
      ['idProduct', 'manufacturer', 'product'].map((file) => read(join(folder, file))),
    );
    return { vendor, product: product ?? '', text: [name, ...texts].join(' ') };
  }
  return { vendor: '', product: '', text: name };
}

/** Undefined when a telegram was heard, else why not. */
async function listen(
  path: string,
  { baudRate, signal, listenMs }: Search & { listenMs: number },
): Promise<string | undefined> {
  const late = timeLimit(signal, listenMs);
  let heard = Buffer.alloc(0);
  try {
    for await (const bytes of readPort({ path, baudRate }, late)) {
      heard = Buffer.concat([heard, bytes]).subarray(-MAX_HEARD_BYTES);
      if (hasHeader(heard)) return undefined;
    }
  } catch (error) {
    return (error as Error).message;
  }
  return heard.length === 0 ? `silent for ${listenMs / 1_000} s` : 'sends something else than telegrams';
}

const MAX_HEARD_BYTES = 4_096;

/** A line that begins as `/ISK5…` does. Bit 7 may carry the parity of a DSMR 2 or 3 meter. */
export function hasHeader(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.map((byte) => byte & 0x7f)).toString('latin1');
  return /(^|[\r\n])\/[A-Za-z]{3}[\x20-\x7e]*\r?\n/.test(text);
}
