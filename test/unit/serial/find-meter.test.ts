import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findMeter, type Search } from '../../../src/serial/find-meter.ts';
import { P1_LINES } from '../../../src/serial/lines.ts';
import type { PortSettings } from '../../../src/serial/port.ts';
import { describeWithPty, openPty, talkAt, type Pty } from '../../support/pty.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const TELEGRAM = buildTelegram('/TST5\\1', ['1-3:0.2.8(50)', '1-0:1.8.1(000001.000*kWh)']);
/** Of a meter of DSMR 2, each byte with its parity bit. */
const OLD_TELEGRAM = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');

let root: string;
let ptys: (Pty & { close(): Promise<void> })[];
let found: PortSettings[];
let stop: AbortController;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'p1-relay-ports-'));
  await mkdir(join(root, 'dev/serial/by-id'), { recursive: true });
  await mkdir(join(root, 'sys/class/tty'), { recursive: true });
  [ptys, found, stop] = [[], [], new AbortController()];
});
afterEach(async () => {
  stop.abort();
  for (const pty of ptys) await pty.close();
  await rm(root, { recursive: true });
});

describeWithPty('port: auto', () => {
  test('takes the port that sends telegrams, not the silent one before it, and gives the first of them', async () => {
    await plug('ttyUSB0');
    const meter = await plug('ttyUSB1');
    await meter.write(TELEGRAM);
    expect(await first()).toEqual(TELEGRAM);
    expect(found).toEqual([{ path: join(root, 'dev/ttyUSB1'), baudRate: 115_200 }]);
  });

  test('prefers the name by id, which stays when the number changes', async () => {
    const meter = await plug('ttyUSB0');
    const byId = join(root, 'dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0');
    await symlink(meter.path, byId);
    await meter.write(TELEGRAM);
    await first();
    expect(found).toMatchObject([{ path: byId }]);
  });

  test('begins where the meter was the last time', async () => {
    const [other, meter] = [await plug('ttyUSB0'), await plug('ttyUSB1')];
    await Promise.all([other.write(TELEGRAM), meter.write(TELEGRAM)]);
    await first({ known: { path: meter.path, baudRate: 9_600 } });
    expect(found).toEqual([{ path: meter.path, baudRate: 9_600 }]);
  });

  test('never opens a Zigbee stick, known by the texts of its USB device', async () => {
    const stick = await plug('ttyUSB0');
    await describeUsb(stick, { idVendor: '10c4', idProduct: 'ea60', product: 'Sonoff Zigbee 3.0 USB Dongle Plus' });
    await stick.write(TELEGRAM);
    await expect(first()).rejects.toThrow(`${join(root, 'dev/ttyUSB0')}: a Zigbee or Z-Wave stick, left alone`);
  });

  test('leaves a port alone that another process reads, and names that process', async () => {
    const held = await plug('ttyACM0');
    const reader = spawn('cat', [held.path], { stdio: ['ignore', 'pipe', 'ignore'] });
    await held.write(Buffer.from('cat has it open'));
    await once(reader.stdout, 'data');
    await expect(first()).rejects.toThrow(`${join(root, 'dev/ttyACM0')}: in use by cat (pid ${reader.pid ?? ''})`);
    reader.kill();
    await once(reader, 'exit');
  });

  test('tells of every port why it is not the one', async () => {
    await plug('ttyUSB0');
    const modem = await plug('ttyUSB1');
    await modem.write(Buffer.from('AT+OK\r\n'));
    const silent = `${join(root, 'dev/ttyUSB0')}: no telegram at 115200 and 9600 baud: not a byte came; check the cable`;
    const modemSays = `${join(root, 'dev/ttyUSB1')}: no telegram at 115200 and 9600 baud: what comes looks like text that is no telegram`;
    const told = await first({ listenMs: 300 }).catch((error: unknown) => String(error));
    expect(told).toContain('port: auto heard a meter on none of 2 ports. ');
    expect(told).toContain(silent);
    expect(told).toContain(modemSays);
  });

  test('without any port it asks for the cable', async () => {
    await expect(first()).rejects.toThrow('port: auto found no serial port: plug the cable in, or name another one');
  });

  test('ends at once when its signal aborts', async () => {
    await plug('ttyUSB0');
    const finding = first({ listenMs: 3_600_000 });
    stop.abort();
    expect(await finding).toBeUndefined();
  });
});

describeWithPty('baudRate: auto', () => {
  test.each([
    ['115200 baud', 115_200, TELEGRAM],
    ['9600 baud, seven bits and parity', 9_600, OLD_TELEGRAM],
  ])('finds a meter at %s', async (_, baudRate, telegram) => {
    const pty = await plug('ttyS5');
    const talking = talkAt(pty, baudRate, telegram, stop.signal);
    const heard = await first({ port: pty.path, listenMs: 3_000 });
    stop.abort();
    await talking;
    expect(heard?.includes(telegram)).toBe(true);
    expect(found).toEqual([{ path: pty.path, baudRate }]);
  });

  test('takes a line on which telegrams come encrypted: the key is not its concern', async () => {
    const pty = await plug('ttyS5');
    const frame = fixture('derived/lu-smarty-encrypted.bin');
    await pty.write(frame);
    expect(await first({ port: pty.path })).toEqual(frame);
  });

  test('is not content with the header of a telegram, nor with one whose checksum is wrong', async () => {
    const pty = await plug('ttyS5');
    await pty.write(Buffer.concat([TELEGRAM.subarray(0, 20), Buffer.from(TELEGRAM).fill('9', 30, 33)]));
    await expect(first({ port: pty.path, listenMs: 500 })).rejects.toThrow(
      `${pty.path}: no telegram at 115200 and 9600 baud: what comes looks like P1 telegrams; none of them is whole: check the cable`,
    );
  });

  test('says of noise at each speed what is left to do', async () => {
    const pty = await plug('ttyS5');
    await pty.write(Buffer.alloc(400, 0x93));
    await expect(first({ port: pty.path, listenMs: 300 })).rejects.toThrow(
      `${pty.path}: no telegram at 115200 and 9600 baud: what comes looks like noise: wrong speed or polarity, or no P1 port; use a cable that inverts, once, or name another port`,
    );
  });

  test('says of a port that cannot be opened what that port lacks, once', async () => {
    const missing = join(root, 'dev/ttyS9');
    await expect(first({ port: missing })).rejects.toThrow(new RegExp(`^${missing}: no such port`));
  });

  test('is a cable like any other once it is found: that it was pulled is said', async () => {
    const pty = await plug('ttyS5');
    await pty.write(TELEGRAM);
    const bytes = findMeter(search({ port: pty.path }), stop.signal);
    await bytes.next();
    const told = expect(bytes.next()).rejects.toThrow('the cable was pulled, or its adapter was reset');
    await pty.close();
    await told;
  });
});

async function plug(name: string): Promise<Pty & { close(): Promise<void> }> {
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

function search(more: Partial<Search> = {}): Search {
  const machine = { dev: join(root, 'dev'), sys: join(root, 'sys') };
  return {
    port: 'auto',
    lines: P1_LINES,
    found: (settings) => found.push(settings),
    listenMs: 1_000,
    machine,
    ...more,
  };
}

/** The bytes that it gives first. */
async function first(more: Partial<Search> = {}): Promise<Buffer | undefined> {
  const bytes = findMeter(search(more), stop.signal);
  const { value } = await bytes.next();
  await bytes.return();
  return value ?? undefined;
}
