import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dsmrV1 } from '../../../src/endpoints/dsmr-v1.ts';
import type { Age } from '../../../src/endpoints/own-time.ts';
import { Ambiguous, type Endpoint, TryLater, Unreadable } from '../../../src/outbox/endpoint.ts';
import type { Checksum } from '../../../src/telegram/telegram.ts';
import { DsmrReader, faults } from '../../support/dsmr-reader.ts';
import { buildTelegram, naiveCrc16, naiveX25, printCrc, withChecksum } from '../../support/telegrams.ts';

const NEVER = new AbortController().signal;
const NOW = new Date('2026-01-15T11:00:02Z');
const OBJECTS = [
  '0-0:1.0.0(260115120000W)',
  '1-0:1.8.1(000671.578*kWh)',
  '1-0:2.8.1(000000.000*kWh)',
  '1-0:1.7.0(00.333*kW)',
  '1-0:2.7.0(00.000*kW)',
];

let reader: DsmrReader;
let endpoint: Endpoint;
beforeAll(async () => {
  reader = await new DsmrReader({ keepAlive: true, now: () => NOW }).start();
});
afterAll(() => reader.stop());
beforeEach(() => {
  reader.rows.length = 0;
  reader.fault = undefined;
  reader.profile = 'nl';
  endpoint = dsmrV1.create({ url: reader.url, key: reader.key, timeout: 5_000 }, { now: () => NOW });
  return () => endpoint.close?.();
});

async function deliver(raw: Buffer, checksum: Checksum = 'valid', receivedAt = NOW): Promise<void> {
  const telegram = { source: 'meter', receivedAt, raw, checksum };
  await endpoint.deliver({ seq: 1, telegram }, NEVER);
}

describe('every byte value arrives as it was printed', () => {
  /** The telegram as an independent reader of forms finds it in what was sent. */
  async function sent(raw: Buffer): Promise<Buffer> {
    let body = '';
    reader.fault = (exchange) => {
      body = exchange.body.toString('latin1');
      exchange.send({ status: 201, headers: {}, body: '' });
    };
    await deliver(raw);
    expect(body).toMatch(/^[\x21-\x7e]*$/);
    return Buffer.from(new URLSearchParams(body).get('telegram') ?? '', 'latin1');
  }

  test('all 256 of them', async () => {
    const every = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x0a));
    const raw = withChecksum(`/X\r\n\r\n${every.toString('latin1')}\r\n!`);
    expect(await sent(raw)).toEqual(raw);
  });

  test('any run of them', async () => {
    const bytes = fc.uint8Array({ maxLength: 500 }).map((run) => Buffer.from(run).toString('latin1'));
    await fc.assert(
      fc.asyncProperty(bytes, async (run) => {
        const raw = withChecksum(`/X\r\n\r\n${run.replaceAll(/\r?\n/g, '\r\n')}\r\n!`);
        expect(await sent(raw)).toEqual(raw);
      }),
      { seed: 20_260_115, numRuns: 200 },
    );
  });
});

describe('a telegram that the server takes as it is goes untouched', () => {
  const good = buildTelegram('/ISK5\\2M550T-1012', OBJECTS);
  const text = good.toString('latin1');
  test.each<[string, Buffer]>([
    ['as most meters print it', good],
    ['with letters beyond ASCII in its header', buildTelegram('/Lux5\\253\xe9\xff', OBJECTS)],
    [
      'with a lower-case checksum',
      Buffer.from(
        text.replace(/![0-9A-F]{4}/, (crc) => crc.toLowerCase()),
        'latin1',
      ),
    ],
    ['with no line end at its end', good.subarray(0, -2)],
  ])('%s', async (_, raw) => {
    await deliver(raw);
    expect(reader.rows.map(({ telegram }) => telegram)).toEqual([raw.toString('latin1')]);
    expect(endpoint.counts).toMatchObject({ mended: 0 });
  });

  test('with no checksum, from a meter that prints none', async () => {
    reader.profile = 'nl-2-3';
    const raw = Buffer.from(`/ISk5\\2MT382-1000\r\n\r\n${OBJECTS.slice(1).join('\r\n')}\r\n!\r\n`);
    await deliver(raw, 'absent');
    expect(reader.rows.map(({ telegram }) => telegram)).toEqual([raw.toString('latin1')]);
    expect(endpoint.counts).toMatchObject({ mended: 0 });
  });
});

describe('a legal print that the server would refuse is mended, and counted', () => {
  const good = buildTelegram('/ISK5\\2M550T-1012', OBJECTS).toString('latin1');
  const holley = `/HLY5\\DTSD545\r\n\r\n${OBJECTS.join('\r\n')}\r\n!`;
  const overLf = withChecksum(`${good.slice(0, good.indexOf('!')).replaceAll('\r\n', '\n')}!`).toString('latin1');
  const padded = telegramWithLeadingZero();

  test.each<[string, string, Checksum, string]>([
    ['a checksum without its leading zero', padded.replace('!0', '!'), 'valid', padded],
    [
      'the CRC-16/X-25 of a Holley meter',
      `${holley}${printCrc(naiveX25(Buffer.from(holley)))}\r\n`,
      'valid',
      `${holley}${printCrc(naiveCrc16(Buffer.from(holley)))}\r\n`,
    ],
    ['bare LF under the checksum of CR LF', good.replaceAll('\r\n', '\n'), 'repaired', good],
    ['bare LF under a checksum of its own', overLf, 'valid', good],
    ['a lost blank line', good.replace('\r\n\r\n', '\r\n'), 'repaired', good],
  ])('%s', async (_, printed, checksum, expected) => {
    await deliver(Buffer.from(printed, 'latin1'), checksum);
    expect(reader.rows.map(({ telegram }) => telegram)).toEqual([expected]);
    expect(endpoint.counts).toMatchObject({ mended: 1 });
  });

  test('bare LF without a checksum', async () => {
    reader.profile = 'nl-2-3';
    const raw = `/ISk5\\2MT382-1000\r\n\r\n${OBJECTS.slice(1).join('\r\n')}\r\n!\r\n`;
    await deliver(Buffer.from(raw.replaceAll('\r\n', '\n')), 'absent');
    expect(reader.rows.map(({ telegram }) => telegram)).toEqual([raw]);
    expect(endpoint.counts).toMatchObject({ mended: 1 });
  });

  test('no `!`', async () => {
    reader.profile = 'nl-2-3';
    const raw = `/ISk5\\2MT382-1000\r\n\r\n${OBJECTS.slice(1).join('\r\n')}\r\n`;
    await deliver(Buffer.from(raw), 'absent');
    expect(reader.rows.map(({ telegram }) => telegram)).toEqual([`${raw}!\r\n`]);
    expect(endpoint.counts).toMatchObject({ mended: 1 });
  });

  test('one that was not taken is not counted', async () => {
    reader.fault = ({ send }) => send({ status: 503, headers: {}, body: '' });
    await expect(deliver(Buffer.from(padded.replace('!0', '!')))).rejects.toThrow('503');
    expect(endpoint.counts).toMatchObject({ mended: 0 });
  });
});

test('a reading that was posted by its values has no telegram: it is left out, and counted', () => {
  const of = (raw: Buffer) => endpoint.takes?.({ source: 'esp', receivedAt: NOW, checksum: 'absent', raw });
  expect(of(buildTelegram('/X', OBJECTS))).toBe(true);
  expect(endpoint.counts).toMatchObject({ notForV1: 0 });
  expect(of(Buffer.from('{"timestamp":"2026-01-15T11:59:51+01:00"}\r\n'))).toBe(false);
  expect(endpoint.counts).toMatchObject({ notForV1: 1 });
});

describe('a telegram without a clock', () => {
  const CLOCKLESS = OBJECTS.slice(1);
  const raw = buildTelegram('/ISK5\\2M550T-1012', CLOCKLESS);
  const fresh = new Date(NOW.getTime() - 10_000);
  const stale = new Date(NOW.getTime() - 10_001);

  test('goes through v1 while it is fresh', async () => {
    await deliver(raw, 'valid', fresh);
    expect(reader.rows.map(({ api }) => api)).toEqual(['v1']);
    expect(endpoint.counts).toMatchObject({ throughV2: 0 });
  });

  test('goes through v2 with the time at which it was read once it is older than 10 s, and is counted', async () => {
    await deliver(raw, 'valid', stale);
    expect(reader.rows.map(({ api, reading: { timestamp } }) => [api, timestamp])).toEqual([
      ['v2', Date.parse('2026-01-15T10:59:51Z')],
    ]);
    expect(endpoint.counts).toMatchObject({ throughV2: 1 });
  });

  test('counts a clock that was never set as none', async () => {
    await deliver(buildTelegram('/X', ['0-0:1.0.0(000101000000W)', ...CLOCKLESS]), 'valid', stale);
    expect(reader.rows.map(({ api }) => api)).toEqual(['v2']);
  });

  test('is not what an old telegram with a clock is', async () => {
    await deliver(buildTelegram('/X', OBJECTS), 'valid', new Date('2026-01-01T00:00:00Z'));
    expect(reader.rows.map(({ api }) => api)).toEqual(['v1']);
  });
});

describe("a telegram without a clock, while this machine's is not set,", () => {
  const raw = buildTelegram('/ISK5\\2M550T-1012', OBJECTS.slice(1));
  const telegram = { source: 'meter', receivedAt: NOW, raw, checksum: 'valid' as const };

  async function deliverAt(age: Age): Promise<string[]> {
    const own = dsmrV1.create(
      { url: reader.url, key: reader.key, timeout: 5_000 },
      { now: () => NOW, ageOf: () => age },
    );
    await own.deliver({ seq: 1, telegram }, NEVER).finally(() => own.close?.());
    return reader.rows.map(({ api }) => api);
  }

  test('goes through v1 while it is fresh: the server stamps it', async () => {
    expect(await deliverAt({ ms: 10_000, isSure: false })).toEqual(['v1']);
  });

  test('waits once it would need a time of ours', async () => {
    const waits = await deliverAt({ ms: 10_001, isSure: false }).catch((error: unknown) => error);
    expect(waits).toBeInstanceOf(TryLater);
    expect((waits as TryLater).message).toContain("this machine's is not set yet");
    expect(reader.rows).toEqual([]);
  });

  test('goes through v2 where an earlier start left it: that time is right', async () => {
    expect(await deliverAt({ ms: Infinity, isSure: true })).toEqual(['v2']);
  });
});

describe('a telegram that is stamped over 24 h ahead', () => {
  const REST = OBJECTS.slice(1);
  const gasAt = (stamp: string): string[] => ['0-2:24.1.0(003)', `0-2:24.2.1(${stamp})(00112.384*m3)`];

  /** What a delivery throws; the server's clock and this machine's say NOW, 12:00:02 in winter time. */
  async function failure(objects: readonly string[]): Promise<unknown> {
    return deliver(buildTelegram('/ISK5\\2M550T-1012', objects)).catch((error: unknown) => error);
  }

  test("is said to be the meter's clock, with how far", async () => {
    const error = await failure(['0-0:1.0.0(260117130002W)', ...REST]);
    expect(error).toBeInstanceOf(Unreadable);
    expect((error as Unreadable).message).toBe(
      `${reader.url}/api/v1/datalogger/dsmrreading answered 500: Failed to parse telegram: ` +
        "the meter's clock says 2026-01-17T13:00:02+01:00, 49 h ahead of this machine; expected at most 24 h",
    );
    expect((error as Unreadable).remedy).toMatch(/grid operator.*dsmr-v2/);
  });

  test('is said to be the clock of the gas meter where it is that', async () => {
    const error = await failure([...OBJECTS, ...gasAt('270115120002W')]);
    expect((error as Unreadable).message).toMatch(
      /the meter on M-Bus channel 2 says 2027-01-15T12:00:02\+01:00, 8760 h ahead/,
    );
  });

  test('is not said of one that the server cannot read for another cause', async () => {
    reader.fault = faults.status(500, { body: 'Failed to parse telegram' });
    const error = await failure(['0-0:1.0.0(260116120002W)', ...REST]);
    expect(error).toBeInstanceOf(Unreadable);
    expect((error as Unreadable).message).toMatch(/Failed to parse telegram$/);
    expect((error as Unreadable).remedy).toMatch(/^set "DSMR version" /);
  });
});

test('a telegram that the server stores before it fails on it is found there, and not stored again', async () => {
  const raw = buildTelegram('/X', ['1-3:0.2.8(500)', ...OBJECTS]);
  const letter = { seq: 1, telegram: { source: 'meter', receivedAt: NOW, raw, checksum: 'valid' as const } };
  await expect(endpoint.deliver(letter, NEVER)).rejects.toBeInstanceOf(Ambiguous);
  expect(await endpoint.wasTaken?.(letter, [], NEVER)).toBe('taken');
  expect(reader.rows).toHaveLength(1);
});

test('a telegram that the server fails on and never stores is absent, and then unreadable', async () => {
  reader.fault = faults.onlyFor('posts', faults.exception('ValueError', 'no such thing'));
  const letter = {
    seq: 1,
    telegram: { source: 'meter', receivedAt: NOW, raw: buildTelegram('/X', OBJECTS), checksum: 'valid' as const },
  };
  await expect(endpoint.deliver(letter, NEVER)).rejects.toBeInstanceOf(Ambiguous);
  expect(await endpoint.wasTaken?.(letter, [], NEVER)).toBe('absent');
  await expect(endpoint.deliver(letter, NEVER)).rejects.toBeInstanceOf(Unreadable);
});

/** One telegram in sixteen has a checksum that begins with 0. */
function telegramWithLeadingZero(): string {
  for (let i = 0; ; i++) {
    const text = buildTelegram(`/X${i}`, OBJECTS).toString('latin1');
    if (/!0[1-9A-F]/.test(text)) return text;
  }
}
