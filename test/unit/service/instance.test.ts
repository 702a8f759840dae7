import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceId } from '../../../src/service/instance.ts';
import { temporaryFolder } from '../../support/journal.ts';

function machine(id: string): string {
  const file = join(temporaryFolder(), 'machine-id');
  writeFileSync(file, `${id}\n`);
  return file;
}

test('it stays the same, differs by machine and by state folder, and does not show the id of the machine', () => {
  const id = 'f3d5a1c2b4e697880123456789abcdef';
  const here = machine(id);
  const own = instanceId('/var/lib/p1-relay', here);
  expect(own).toMatch(/^[0-9a-f]{12}$/);
  expect(instanceId('/var/lib/p1-relay', machine(id))).toBe(own);
  expect(instanceId('/srv/second', here)).not.toBe(own);
  expect(instanceId('/var/lib/p1-relay', machine('00000000000000000000000000000001'))).not.toBe(own);
  expect(id).not.toContain(own);
});

test('a machine without an id has one, too', () => {
  expect(instanceId('/var/lib/p1-relay', '/nowhere/machine-id')).toMatch(/^[0-9a-f]{12}$/);
});
