import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPort, hasHeader } from '../../../src/serial/find-port.ts';
import { openPty, ptyAvailable, type Pty } from '../../support/pty.ts';

const TELEGRAM = Buffer.from('/ISK5\\2M550T-1012\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!ABCD\r\n');

if (!ptyAvailable.yes) console.warn(`skipped: ${ptyAvailable.reason}`);

let root: string;
let ptys: (Pty & { close(): Promise<void> })[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'p1-relay-ports-'));
  await mkdir(join(root, 'dev/serial/by-id'), { recursive: true });
  await mkdir(join(root, 'sys/class/tty'), { recursive: true });
  ptys = [];
});
afterEach(async () => {
  for (const pty of ptys) await pty.close();
  await rm(root, { recursive: true });
});

describe.skipIf(!ptyAvailable.yes)('port: auto', () => {
  test('takes the port that sends telegrams, not the silent one before it', async () => {
    await plug('ttyUSB0');
    const meter = await plug('ttyUSB1');
    await meter.write(TELEGRAM);
    expect(await find()).toBe(join(root, 'dev/ttyUSB1'));
  });

  test('prefers the name by id, which stays when the number changes', async () => {
    const meter = await plug('ttyUSB0');
    const byId = join(root, 'dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0');
    await symlink(meter.path, byId);
    await meter.write(TELEGRAM);
    expect(await find()).toBe(byId);
  });

  test('never opens a Zigbee stick, known by the texts of its USB device', async () => {
    const stick = await plug('ttyUSB0');
    await describeUsb(stick, { idVendor: '10c4', idProduct: 'ea60', product: 'Sonoff Zigbee 3.0 USB Dongle Plus' });
    await stick.write(TELEGRAM);
    await expect(find()).rejects.toThrow(`${join(root, 'dev/ttyUSB0')}: a Zigbee or Z-Wave stick, left alone`);
  });

  test('leaves a port alone that another process reads, and names that process', async () => {
    const held = await plug('ttyACM0');
    const reader = spawn('cat', [held.path], { stdio: ['ignore', 'pipe', 'ignore'] });
    await held.write(Buffer.from('cat has it open'));
    await once(reader.stdout, 'data');
    await expect(find()).rejects.toThrow(`${join(root, 'dev/ttyACM0')}: in use by cat (pid ${reader.pid ?? ''})`);
    reader.kill();
    await once(reader, 'exit');
  });

  test('tells of every port why it is not the one', async () => {
    await plug('ttyUSB0');
    const modem = await plug('ttyUSB1');
    await modem.write(Buffer.from('AT+OK\r\n'));
    const silent = `${join(root, 'dev/ttyUSB0')}: silent for 0.3 s`;
    const modemSays = `${join(root, 'dev/ttyUSB1')}: sends something else than telegrams`;
    await expect(find()).rejects.toThrow(`port: auto heard a meter on none of 2 ports. ${silent}. ${modemSays}`);
  });

  test('without any port it asks for the cable', async () => {
    await expect(find()).rejects.toThrow('port: auto found no serial port: is the cable plugged in?');
  });

  test('ends at once when its signal aborts', async () => {
    await plug('ttyUSB0');
    const stop = new AbortController();
    const finding = findPort({ ...search(), listenMs: 3_600_000, signal: stop.signal });
    stop.abort();
    expect(await finding).toBeUndefined();
  });
});

test.each([
  ['a header behind the tail of a telegram', '0)\r\n!ABCD\r\n/ISK5\\2M550T\r\n', true],
  ['an ident with a slash and blanks', '/HLY5/D545 METER\r\n', true],
  ['a header that is not whole yet', '/ISK5\\2M5', false],
  ['a slash within a line', 'GET /abc HTTP/1.1\r\n', false],
  ['noise', '\u00ff\u0000/\u0001\u0002\u0003\r\n', false],
])('%s: %j', (_, text, expected) => {
  expect(hasHeader(Buffer.from(text, 'latin1'))).toBe(expected);
});

test('the header of a 7E1 line read as 8N1 is heard, with its parity bits', () => {
  const bytes = Buffer.from('/ISk5\\2MT382-1003\r\n', 'latin1').map((byte) => withEvenParity(byte));
  expect(bytes[0]).toBe(0xaf);
  expect(hasHeader(bytes)).toBe(true);
});

async function plug(name: string): Promise<Pty> {
  const pty = await openPty({ link: join(root, 'dev', name) });
  ptys.push(pty);
  return pty;
}

/** Builds the part of sysfs that tells what USB device a tty belongs to: `device` leads to a folder below it. */
async function describeUsb(pty: Pty, attributes: Record<string, string>): Promise<void> {
  const usb = join(root, 'sys/devices/usb1/1-1');
  const port = join(usb, '1-1:1.0/tty');
  await mkdir(port, { recursive: true });
  for (const [file, value] of Object.entries(attributes)) await writeFile(join(usb, file), `${value}\n`);
  const entry = join(root, 'sys/class/tty', basename(await realpath(pty.path)));
  await mkdir(entry, { recursive: true });
  await symlink(dirname(port), join(entry, 'device'));
}

function search() {
  return { baudRate: 115_200, dev: join(root, 'dev'), sys: join(root, 'sys'), listenMs: 300 };
}

function find(): Promise<string | undefined> {
  return findPort({ ...search(), signal: new AbortController().signal });
}

function withEvenParity(byte: number): number {
  const ones = byte.toString(2).replaceAll('0', '').length;
  return ones % 2 === 0 ? byte : byte | 0x80;
}
