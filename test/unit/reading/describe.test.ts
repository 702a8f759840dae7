import { expect, test } from 'vitest';
import { describeValues } from '../../../src/reading/describe.ts';
import { NETHERLANDS } from '../../../src/reading/time.ts';

const CONTEXT = { site: NETHERLANDS, receivedAt: new Date('2026-07-05T10:30:00Z') };

test.each([
  // A meter in Wallonia prints the value first, and no letter behind the time.
  ['1-0:1.6.0', ['08.796*kW', '260102010000'], [{ value: '8.796', unit: 'kW' }, { time: '2026-01-02T01:00:00+01:00' }]],
  ['1-0:1.6.0', ['260102010000', '08.796*kW'], [{ time: '2026-01-02T01:00:00+01:00' }, { value: '8.796', unit: 'kW' }]],
  // Twelve digits are a time only where a kind has one.
  ['0-0:96.7.21', ['260102010000'], [{ value: '260102010000' }]],
])('%s(%j) is %j', (obis, groups, expected) => {
  expect(describeValues({ obis, groups }, CONTEXT)).toEqual(expected);
});
