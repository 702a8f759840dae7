import { expect, test } from 'vitest';
import type { Config, EndpointConfig } from '../../src/config/config.ts';
import { metersFor } from '../../src/parts.ts';

const SOURCES = [
  { name: 'house', timeZone: 'Europe/Amsterdam', gasChannel: undefined },
  { name: 'barn', timeZone: 'Europe/Helsinki', gasChannel: 2 },
] as unknown as Config['sources'];

const meters = (endpoint: Partial<EndpointConfig>) => metersFor(endpoint as EndpointConfig, SOURCES);

test('an endpoint that tells meters apart knows all of them', () => {
  const { meters: all, timeZone } = meters({ source: undefined, isOfAllSources: true });
  expect([...all!]).toEqual([
    ['house', { timeZone: 'Europe/Amsterdam', gasChannel: undefined }],
    ['barn', { timeZone: 'Europe/Helsinki', gasChannel: 2 }],
  ]);
  expect(timeZone).toBeUndefined();
});

test('one that names a source knows that meter alone, whether it tells meters apart or not', () => {
  for (const isOfAllSources of [true, false]) {
    const its = meters({ source: 'barn', isOfAllSources });
    expect([...its.meters!.keys()]).toEqual(['barn']);
    expect([its.timeZone, its.gasChannel]).toEqual(['Europe/Helsinki', 2]);
  }
});
