import { describe, expect, test } from 'vitest';
import { placeOf } from '../../../../src/endpoints/mqtt/socket.ts';
import { mqtt } from '../../../../src/endpoints/mqtt.ts';
import { kit } from '../../../../src/settings/values.ts';

const URL = 'mqtt://192.168.1.5';
const settings = (given: Record<string, unknown>) => mqtt.settings(kit).safeParse({ url: URL, ...given });

describe('the settings of an endpoint mqtt', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ url: 'http://192.168.1.5' }, /such as mqtt:\/\//],
    [{ url: 'mqtt://me:SECRET@192.168.1.5' }, /holds a user, expected user and password/],
    [{ version: '3.1' }, /expected auto, 3\.1\.1 or 5/],
    [{ prefix: 'p1/#' }, /without \+, # and blanks/],
    [{ prefix: '/p1' }, /without \+, # and blanks/],
    [{ prefix: '$SYS' }, /without \+, # and blanks/],
    [{ discoveryPrefix: 'home assistant' }, /without \+, # and blanks/],
    [{ clientId: 'a b' }, /without blanks/],
  ])('%o is refused, with what is expected', (given, expected) => {
    const { error } = settings(given);
    expect(error?.issues[0]?.message).toMatch(expected);
    expect(JSON.stringify(error?.issues)).not.toContain('SECRET');
  });

  test.each([{ version: 5 }, { version: '5' }, { prefix: 'house/p1' }, { url: 'mqtts://[::1]:8884' }, { interval: 0 }])(
    '%o is taken',
    (given) => expect(settings(given).success).toBe(true),
  );

  test('a certificate that cannot be read is named by its setting', () => {
    const parsed = mqtt.settings(kit).parse({ url: 'mqtts://a', ca: '/nowhere/ca.pem' });
    expect(() => mqtt.create(parsed)).toThrow('ca: /nowhere/ca.pem cannot be read; expected a file in PEM');
  });
});

test.each([
  ['mqtt://broker', { host: 'broker', port: 1883, address: 'mqtt://broker:1883', tls: undefined }],
  ['mqtts://broker', { host: 'broker', port: 8883, address: 'mqtts://broker:8883', tls: {} }],
  ['mqtt://[::1]:1884/', { host: '::1', port: 1884, address: 'mqtt://[::1]:1884', tls: undefined }],
])('%s is where it says, by its own port or the usual one', (url, expected) => {
  expect(placeOf(url, {})).toEqual(expected);
});
