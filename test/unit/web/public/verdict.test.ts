import { beforeAll, expect, test, vi } from 'vitest';

type Part = Record<string, unknown>;

interface Health {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly checks?: Record<string, Part[]>;
}

let verdictOn: (health: Health, endpoints: Part[], sources: Part[]) => [string, string];

beforeAll(async () => {
  vi.stubGlobal('localStorage', { getItem: () => 'en' });
  ({ verdictOn } = await import('../../../../src/web/public/verdict.js'));
});

const check = (status: string, observedValue?: number): Part[] => [{ status, observedValue }];
const vps = { name: 'vps', waiting: 0, isBehind: false, lost: 0 };
const house = { name: 'house', isNew: false };
const well = 'All is well: nothing is lost, nothing waits.';

test.each<[string, Health, Part, [string, string]]>([
  ['all is well', { status: 'pass', checks: { 'source:house': check('pass', 1) } }, vps, ['good', well]],
  ['nobody may see the parts', { status: 'pass' }, vps, ['good', well]],
  [
    'a meter is gone for some seconds',
    { status: 'warn', checks: { 'source:house': check('warn', 9) } },
    vps,
    ['warn', 'No telegram comes from house at the moment.'],
  ],
  [
    'a meter is silent',
    { status: 'fail', checks: { 'source:house': check('fail', 63) } },
    vps,
    ['bad', 'No telegram from house.'],
  ],
  [
    'the disk took no telegrams while the meter goes on',
    { status: 'fail', checks: { 'source:house': check('fail', 1) } },
    vps,
    ['bad', 'Telegrams from house were lost: the disk took none.'],
  ],
  [
    'the journal waits for the disk',
    { status: 'warn', checks: { journal: check('warn', 90) } },
    vps,
    ['warn', 'Telegrams wait in memory for the disk.'],
  ],
  [
    'an endpoint is down',
    { status: 'warn', checks: { 'endpoint:vps': check('warn', 1_234) } },
    { ...vps, waiting: 1_234, isBehind: true },
    ['warn', '1,234 telegrams wait for vps; they are kept.'],
  ],
  [
    'an endpoint is paused, and nothing waits',
    { status: 'warn', checks: { 'endpoint:vps': check('warn', 0) } },
    vps,
    ['warn', 'This needs a look: vps.'],
  ],
  [
    'an endpoint lost telegrams before this start',
    { status: 'pass', checks: { 'endpoint:vps': check('pass', 0) } },
    { ...vps, lost: 7 },
    ['warn', 'Telegrams that were never delivered to vps: 7.'],
  ],
  [
    'a meter and an endpoint are gone: the worst first',
    { status: 'fail', checks: { 'endpoint:vps': check('warn', 0), 'source:house': check('fail') } },
    vps,
    ['bad', 'No telegram from house. This needs a look: vps.'],
  ],
  ['what is wrong may not be seen', { status: 'fail' }, vps, ['bad', 'Not all is well: p1-relay health says more.']],
])('the verdict where %s', (_name, health, endpoint, expected) => {
  expect(verdictOn(health, [endpoint], [house])).toEqual(expected);
});

test('a source that has had no telegram yet is no proof that all is well', () => {
  const health: Health = { status: 'pass', checks: { 'source:house': check('pass') } };
  expect(verdictOn(health, [], [{ name: 'house', isNew: true }])).toEqual(['warn', 'No telegram from house yet.']);
});
