import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { addonTrouble } from '../../../src/storage/addon.ts';

let faulty: string;
let sound: string;
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p1-relay-test-'));
  faulty = join(folder, 'faulty.node');
  sound = join(folder, 'sound.node');
  writeFileSync(faulty, Buffer.from('\0_ZN4node28RemoveEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_\0'));
  writeFileSync(sound, Buffer.from('\0_ZN4node25AddEnvironmentCleanupHookEPN2v87IsolateEPFvPvES3_\0'));
});

test.each(['v24.19.0', 'v24.21.0', 'v26.4.0'])('an addon compiled with the headers of Node %s is named', (version) => {
  expect(addonTrouble(version, faulty)).toContain(`headers of Node ${version}`);
});

test('one that was compiled with others, or whose Node has no such fault, is not', () => {
  expect(addonTrouble('v24.21.0', sound)).toBeUndefined();
  for (const version of ['v20.19.0', 'v22.23.3', 'v24.18.1']) expect(addonTrouble(version, faulty)).toBeUndefined();
});

test('one that cannot be looked at is taken for sound', () => {
  expect(addonTrouble('v24.21.0', join(faulty, 'nowhere'))).toBeUndefined();
});
