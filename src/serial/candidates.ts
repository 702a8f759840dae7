import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { holderOf, type Holder } from './holder.ts';
import { isRadioStick, type UsbIdentity } from './radio-sticks.ts';

/** Where the system shows its devices: arguments, so that a test can build its own machine. */
export interface Machine {
  readonly dev?: string;
  readonly sys?: string;
}

/** A port on which a meter may be. */
export interface Candidate {
  /** The name to open it by: by id where it has one, since that stays when the number changes. */
  readonly path: string;
  /** What the name leads to, such as `/dev/ttyUSB0`. */
  readonly device: string;
  /** Undefined where it is no USB adapter. */
  readonly usb: UsbIdentity | undefined;
  /** A Zigbee or Z-Wave stick, which opening would disturb. */
  readonly isRadio: boolean;
  readonly holder: Holder | undefined;
}

/** The serial ports of this machine, those with names by id first. None of them is opened. */
export async function candidates({ dev = '/dev', sys = '/sys' }: Machine = {}): Promise<Candidate[]> {
  const byId = await names(join(dev, 'serial/by-id'), /./);
  const direct = await names(dev, /^tty(USB|ACM)\d+$|^ttyAMA0$/);
  const linked = await Promise.all(byId.map((link) => realpath(link).catch(() => '')));
  const paths = [...byId, ...direct.filter((path) => !linked.includes(path))];
  return Promise.all(paths.map((path) => examine(path, sys)));
}

/** What is known of one port without opening it. */
export async function examine(path: string, sys = '/sys'): Promise<Candidate> {
  const device = await realpath(path).catch(() => path);
  const usb = await identify(join(sys, 'class/tty', basename(device), 'device'), sys);
  const known = usb ?? { vendor: '', product: '', text: '' };
  const isRadio = isRadioStick({ ...known, text: `${basename(path)} ${known.text}` });
  return { path, device, usb, isRadio, holder: await holderOf(path) };
}

/** Why a port must not even be opened, if so. */
export function reasonToLeaveAlone({ isRadio, holder }: Candidate): string | undefined {
  if (isRadio) return 'a Zigbee or Z-Wave stick, left alone';
  return holder && `in use by ${holder.name} (pid ${holder.pid})`;
}

async function names(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The USB device of a tty is one of the folders above it in sysfs: the one that has ids. */
async function identify(link: string, sys: string): Promise<UsbIdentity | undefined> {
  const read = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).trim();
  for (let folder = await realpath(link).catch(() => sys); folder.length > sys.length; folder = dirname(folder)) {
    const vendor = await read(join(folder, 'idVendor'));
    if (vendor === '') continue;
    const [product = '', ...texts] = await Promise.all(
      ['idProduct', 'manufacturer', 'product'].map((file) => read(join(folder, file))),
    );
    return { vendor, product, text: texts.filter((text) => text !== '').join(' ') };
  }
  return undefined;
}
