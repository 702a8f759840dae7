import { expect, test } from 'vitest';
import { Throttle } from '../../../../src/web/access/throttle.ts';

let nowMs = 0;

function failing(times: number, address: string): Throttle {
  nowMs = 0;
  const throttle = new Throttle(() => nowMs);
  for (let time = 0; time < times; time++) throttle.failed(address);
  return throttle;
}

test('an address that failed ten times waits for what is left of the minute, and no other does', () => {
  expect(failing(9, '192.0.2.1').waitS('192.0.2.1')).toBe(0);
  const throttle = failing(10, '192.0.2.1');
  expect(throttle.waitS('192.0.2.1')).toBe(60);
  expect(throttle.waitS('192.0.2.2')).toBe(0);
  nowMs = 59_000;
  expect(throttle.waitS('192.0.2.1')).toBe(1);
  nowMs = 60_000;
  expect(throttle.waitS('192.0.2.1')).toBe(0);
});

test('all addresses of one IPv6 network are one', () => {
  const throttle = failing(10, '2001:db8:0:7::1');
  expect(throttle.waitS('2001:db8:0:7:ffff:1:2:3')).toBe(60);
  expect(throttle.waitS('2001:db8::7:0:0:0:2')).toBe(60);
  expect(throttle.waitS('2001:db8:0:8::1')).toBe(0);
});
