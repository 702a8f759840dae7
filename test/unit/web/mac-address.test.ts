import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { macAddresses } from '../../../src/web/mac-address.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'net-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function add(name: string, address: string, isCard: boolean): void {
  mkdirSync(join(folder, name, ...(isCard ? ['device'] : [])), { recursive: true });
  writeFileSync(join(folder, name, 'address'), `${address}\n`);
}

test('are those of network cards, by their names, with and without a cable', () => {
  add('wlan0', 'b8:27:eb:aa:bb:cc', true);
  add('eth0', 'b8:27:eb:12:34:56', true);
  add('docker0', '02:42:00:00:00:01', false);
  add('lo', '00:00:00:00:00:00', false);
  add('ib0', '80:00:02:08:fe:80:00:00:00:00:00:00:f4:52:14:03:00:7b:cb:a1', true);
  add('usb0', '00:00:00:00:00:00', true);
  expect(macAddresses(folder)).toEqual(['b8:27:eb:12:34:56', 'b8:27:eb:aa:bb:cc']);
});

test('are looked for elsewhere where the system does not tell: that is no fault', () => {
  expect(macAddresses(join(folder, 'none'))).toEqual(macAddresses(folder));
});
