import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = 'smartmeter-obis@4.0.0';
const INSTALL_MS = 180_000;

/**
 * Installs smartmeter-obis into a folder of its own, uses that, and takes it away.
 * @throws {Error} with what npm said, where it cannot be installed.
 */
export async function withSmartmeterObis<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'p1-relay-bench-'));
  try {
    await install(folder);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads one telegram with the smartmeter-obis in a folder; gives how many objects it found. */
export function requireObis(folder = ''): (raw: Buffer) => number {
  const { D0Protocol } = createRequire(join(folder, 'package.json'))('smartmeter-obis') as SmartmeterObis;
  return (raw) => readWith(D0Protocol, raw);
}

async function install(folder: string): Promise<void> {
  const options = ['--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    await promisify(execFile)('npm', ['install', ...options, PACKAGE], { timeout: INSTALL_MS });
  } catch (error) {
    const reason = /reason: .*|code .*/.exec(String(error))?.[0] ?? `no answer in ${INSTALL_MS / 1_000} s`;
    throw new Error(`npm could not install ${PACKAGE}: ${reason}`, { cause: error });
  }
}

interface SmartmeterObis {
  readonly D0Protocol: new (
    options: object,
    store: (error: Error | null, objects: object | null) => void,
  ) => D0Protocol;
}

/** A telegram takes two messages: its header, then the rest. The second is what `handleMessage` gives back of the first. */
interface D0Protocol {
  checkMessage(message: Buffer): boolean;
  handleMessage(message: Buffer): Buffer | null;
}

/** As its transports do with what they received, but that each telegram is handed to it whole. */
function readWith(D0Protocol: SmartmeterObis['D0Protocol'], raw: Buffer): number {
  let found = 0;
  const protocol = new D0Protocol({ debug: 0, logger: () => undefined }, (_, objects) => {
    found = Object.keys(objects ?? {}).length;
  });
  const rest = protocol.checkMessage(raw) ? protocol.handleMessage(raw) : null;
  if (rest !== null && protocol.checkMessage(rest)) protocol.handleMessage(rest);
  return found;
}
