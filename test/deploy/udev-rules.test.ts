import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const file = join(import.meta.dirname, '../../deploy/udev/99-p1-relay.rules');
const text = await readFile(file, 'utf8');
const rules = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

// udev(7): a rule is a list of KEY OP "value". The keys and operators are those that this file has a use for.
const MATCH = '(?:ACTION|SUBSYSTEM|ATTRS\\{\\w+\\})(?:==|!=)"[^"]+"';
const ASSIGNMENT = '(?:GOTO|LABEL|GROUP|MODE)="[^"]+"|(?:SYMLINK|TAG)\\+="[^"]+"';
const RULE = new RegExp(`^(?:${MATCH}|${ASSIGNMENT})(?:, (?:${MATCH}|${ASSIGNMENT}))*$`);

test.each(rules)('udev can read %s', (rule) => {
  expect(rule).toMatch(RULE);
});

test('every GOTO leads to a label further down', () => {
  for (const [index, rule] of rules.entries()) {
    const label = /GOTO="(.*?)"/.exec(rule)?.[1];
    if (label !== undefined) expect(rules.slice(index + 1)).toContain(`LABEL="${label}"`);
  }
});

// The numbers of the makers' own chips, from the Linux drivers ftdi_sio, pl2303, cp210x and ch341.
test.each([
  ['FTDI FT232R', '0403', '6001'],
  ['Prolific PL2303', '067b', '2303'],
  ['Silicon Labs CP210x', '10c4', 'ea60'],
  ['QinHeng CH340', '1a86', '7523'],
])('a cable with a %s becomes /dev/p1, for the group dialout', (_, vendor, product) => {
  const cable = rules.find((rule) => rule.startsWith(`ATTRS{idVendor}=="${vendor}", ATTRS{idProduct}=="${product}"`));
  const named = rules[rules.indexOf('LABEL="p1_relay_cable"') + 1];

  expect(cable).toMatch(/GOTO="p1_relay_cable"$/);
  expect(named).toMatch(/^SYMLINK\+="p1", GROUP="dialout"/);
});
