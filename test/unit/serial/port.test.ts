import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { explainOpenError } from '../../../src/serial/open-error.ts';
import { readPort } from '../../../src/serial/port.ts';
import { openPty, ptyAvailable } from '../../support/pty.ts';

const forever = new AbortController().signal;

if (!ptyAvailable.yes) console.warn(`some are skipped: ${ptyAvailable.reason}`);

test('a missing port is named, with what to do', async () => {
  await expect(open('/dev/ttyUSB99')).rejects.toThrow(/^\/dev\/ttyUSB99: no such port[,;] /);
});

test('a folder is no serial port', async () => {
  await expect(open('/tmp')).rejects.toThrow(
    /^\/tmp: a folder, no serial port; expected one such as \/dev\/ttyUSB0: `p1-relay ports` lists them$/,
  );
});

test('a port whose adapter gives an error is named, with that error and what to do', async () => {
  const error = await explainOpenError(
    '/dev/ttyUSB0',
    new Error('Error: Input/output error, cannot open /dev/ttyUSB0'),
  );
  expect(error.message).toBe(
    '/dev/ttyUSB0: cannot be opened (Input/output error): plug the adapter in anew, and see what dmesg says',
  );
});

test('a file is no serial port', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p1-relay-port-'));
  const path = join(folder, 'file');
  await writeFile(path, 'text');
  await chmod(path, 0o600);
  await expect(open(path)).rejects.toThrow(`${path}: no serial port; expected one such as /dev/ttyUSB0`);
  await rm(folder, { recursive: true });
});

test('a port without permission comes with the command that gives it', async () => {
  const error = await explainOpenError('/dev/ttyUSB0', new Error('Error: Permission denied, cannot open /dev/ttyUSB0'));
  expect(error.message).toBe(
    `/dev/ttyUSB0: this user may not read it: sudo usermod -aG dialout ${userInfo().username}, then log in again`,
  );
});

test.skipIf(!ptyAvailable.yes)('a port that another process reads is not read, and that process is named', async () => {
  const pty = await openPty();
  const script = `new (require('serialport').SerialPort)({ path: process.argv[1], baudRate: 9600 }, () => console.log('open')).resume()`;
  const holder = spawn(process.execPath, ['-e', script, pty.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  await expect(open(pty.path)).rejects.toThrow(`(pid ${holder.pid ?? ''}) reads it, and two readers would get half`);
  holder.kill();
  await once(holder, 'exit');
  await pty.close();
});

test.skipIf(!ptyAvailable.yes)('a cable that is pulled is said to be, whatever the system calls it', async () => {
  const pty = await openPty();
  const port = readPort({ path: pty.path, baudRate: 115_200 }, forever);
  const first = port.next();
  await pty.write(Buffer.from('line\r\n'));
  await first;
  const told = expect(port.next()).rejects.toThrow(
    /^\/.*: hung up \(.+\): the cable was pulled, or its adapter was reset$/,
  );
  await pty.close();
  await told;
});

test.skipIf(!ptyAvailable.yes)('bytes above 0x7F, XON and XOFF come through as they are', async () => {
  const pty = await openPty();
  const bytes = Buffer.from([0x11, 0x13, 0x00, 0xff, 0xc3, 0xaf, 0x0d, 0x0a]);
  const port = readPort({ path: pty.path, baudRate: 9_600 }, forever);
  const first = port.next();
  await pty.write(bytes);
  expect((await first).value).toEqual(bytes);
  await port.return();
  await pty.close();
});

function open(path: string): Promise<unknown> {
  return readPort({ path, baudRate: 115_200 }, forever).next();
}
