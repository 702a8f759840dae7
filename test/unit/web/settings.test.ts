import { expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { hostOf, webSettings } from '../../../src/web/settings.ts';

const SOURCES = [
  { name: 'house', type: 'serial', timeZone: 'Europe/Amsterdam', gasChannel: undefined },
  { name: 'barn', type: 'tcp', timeZone: 'Europe/Brussels', gasChannel: 2 },
];

function placeOf(endpoint: Readonly<Record<string, unknown>>) {
  const config = {
    ...{ sources: SOURCES, endpoints: [{ name: 'there', type: 'any', ...endpoint }], http: {}, compat: {}, prices: [] },
    ...{ stateDir: { path: '/state' }, history: {}, journal: {}, stream: {} },
  } as unknown as Config;
  return webSettings(config, '1.0.0', new Date(0)).endpoints[0];
}

test.each([
  ['http://me:secret@192.168.1.10:7777/dsmr', 'http://192.168.1.10:7777', '192.168.1.10'],
  ['mqtt://me:secret@192.168.1.5', 'mqtt://192.168.1.5', '192.168.1.5'],
  ['mqtts://broker.example.org:8884', 'mqtts://broker.example.org:8884', 'broker.example.org'],
])('%s is shown without user and path', (url, origin, host) => {
  const place = placeOf({ settings: { url } });
  expect(place?.origin).toBe(origin);
  expect(hostOf(place?.origin)).toBe(host);
});

test.each([
  ['one that names its source', { source: 'barn', isOfAllSources: true }, ['barn']],
  ['one that tells meters apart', { source: undefined, isOfAllSources: true }, ['house', 'barn']],
])('%s gets the telegrams of', (_, endpoint, sources) => {
  expect(placeOf({ settings: {}, ...endpoint })?.sources).toEqual(sources);
});
