import { expect, test } from 'vitest';
import { Owner } from '../../../../src/endpoints/mqtt/dsmr-reader/owner.ts';

const OURS = 'a1b2c3d4e5f6';
const timeOf = (second: number): string => `2026-01-15T11:00:${String(second).padStart(2, '0')}Z`;
const kept = (id: string, time: string) =>
  new Map([
    ['dsmr/reading/id', id],
    ['dsmr/reading/timestamp', time],
  ]);

/** After a restart, at a broker that keeps the marker behind this many readings, from number 101 on. */
function restarted(readings: number, instance = OURS): Owner {
  const before = new Owner(instance, '1.2.3');
  const marks = Array.from({ length: readings }, (_, index) => before.mark(101 + index, timeOf(index)));
  const after = new Owner(OURS, '1.2.3');
  after.connected();
  after.hear({ payload: Buffer.from(String(marks.at(-1)?.payload)) });
  return after;
}

test('what the marker says names the reading that comes behind it', () => {
  expect(new Owner(OURS, '1.2.3').mark(17, timeOf(5))).toEqual({
    topic: 'dsmr/p1-relay',
    payload: `{"instance":"${OURS}","version":"1.2.3","ids":[17,17],"times":["${timeOf(5)}","${timeOf(5)}"]}`,
    ...{ qos: 1, retain: true },
  });
});

test.each([
  ['the last one', '105', timeOf(4), true],
  ['one that the process died before', '104', timeOf(3), true],
  ['another number', '7777777', timeOf(4), false],
  ['the number of ours behind it', '106', timeOf(4), false],
  ['a newer time', '105', timeOf(5), false],
  ['no number', 'x', timeOf(4), false],
])('a reading that is kept, %s: %s %s', (_, id, time, is) => {
  expect(restarted(5).isOurs(kept(id, time))).toBe(is);
});

test('readings that were on their way with the last one are ours, no older ones', () => {
  expect(restarted(40).isOurs(kept('120', timeOf(19)))).toBe(true);
  expect(restarted(40).isOurs(kept('119', timeOf(18)))).toBe(false);
});

test('the marker of another p1-relay, one that says nothing, and a connection where it was not heard', () => {
  const reading = kept('101', timeOf(0));
  expect(restarted(1, 'ffffffffffff').isOurs(reading)).toBe(false);
  const owner = new Owner(OURS, '1.2.3');
  owner.hear({ payload: Buffer.from(`{"instance":"${OURS}","ids":"101"}`) });
  expect(owner.isOurs(reading)).toBe(false);
  const again = restarted(1);
  again.connected();
  expect(again.isOurs(reading)).toBe(false);
});

test('after a restart what the broker keeps is ours until the first reading is there', () => {
  const owner = restarted(1);
  owner.resume(kept('101', timeOf(0)));
  expect(JSON.parse(String(owner.mark(900, timeOf(30)).payload))).toMatchObject({
    ...{ ids: [101, 900], times: [timeOf(0), timeOf(30)] },
  });
});
