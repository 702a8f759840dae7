import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dsmr22 } from '../../support/dsmr22.ts';
import { runDecode } from '../../support/decode.ts';
import { buildTelegram, fixture, naiveX25, printCrc } from '../../support/telegrams.ts';

const folder = mkdtempSync(join(tmpdir(), 'decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly outcome: string;
  readonly lines: readonly Record<string, unknown>[];
  readonly errors: string;
}

async function run(input: Buffer, ...args: string[]): Promise<Run> {
  const { outcome, printed, errors } = await runDecode(input, ...args);
  const lines = printed.trimEnd().split('\n').filter(Boolean);
  return { outcome, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), errors };
}

const KAIFA = Buffer.concat([
  fixture('field/esphome__kfm5kaifa-meter_dsmr-4.0.txt'),
  fixture('spec-crc-mismatch/nl-dsmr-5.0.2.txt'),
]);

// From the bytes of the two telegrams, by hand; checksums from the manifests.
test('prints a telegram, a rejection and the counts, as documented', async () => {
  const { lines, outcome } = await run(KAIFA);
  expect(lines).toEqual([
    {
      type: 'telegram',
      header: 'KFM5KAIFA-METER',
      country: 'NL',
      checksum: { status: 'valid', printed: '60e5', computed: '60E5' },
      offset: 0,
      length: 143,
      objects: [
        { obis: '1-3:0.2.8', values: [{ value: '40' }] },
        { obis: '0-0:1.0.0', values: [{ time: '2015-01-17T18:59:16+01:00' }] },
        { obis: '0-0:96.1.1', values: [{ text: '0000000000000000000000000000000000' }] },
        { obis: '1-0:1.8.1', values: [{ value: '671.578', unit: 'kWh' }] },
      ],
      reading: {
        meter: {
          version: '40',
          time: '2015-01-17T18:59:16+01:00',
          equipmentId: '0000000000000000000000000000000000',
          energyDelivered1: { value: '671.578', unit: 'kWh' },
        },
        mbus: {},
      },
    },
    {
      type: 'rejected',
      reason: 'checksum',
      offset: 143,
      length: 1071,
      checksum: { printed: 'EF2F', computed: 'E47C' },
    },
    { type: 'summary', telegrams: 1, rejected: { checksum: 1 }, noiseBytes: 0 },
  ]);
  expect(outcome).toBe('failed');
});

// Key, authentication key and counter are those of the manifest.
describe('an encrypted frame', () => {
  const frame = fixture('derived/lu-smarty-encrypted.bin');
  const key = '000102030405060708090A0B0C0D0E0F';

  test('is printed as the telegram in it, with what its tag says', async () => {
    const { lines, outcome } = await run(Buffer.concat([frame, frame]), '--key', key);
    expect(lines).toMatchObject([
      {
        type: 'telegram',
        checksum: { status: 'valid', printed: '8B52', computed: '8B52' },
        offset: 0,
        length: 1489,
        encryption: { tag: 'verified', counter: 42 },
      },
      { offset: 1519, encryption: { tag: 'verified', counter: 42, replayed: true } },
      { type: 'summary', telegrams: 2, rejected: {}, noiseBytes: 0 },
    ]);
    expect(lines[0]?.['encryption']).not.toHaveProperty('replayed');
    expect(outcome).toBe('ok');
  });

  test.each([
    ['without its key', [], 'encrypted'],
    ['with another key', ['--key', '00000000000000000000000000000000'], 'decryption'],
    ['with another authentication key', ['--key', key, '--aad', '00000000000000000000000000000000'], 'decryption'],
  ])('%s is rejected, and no checksum is read out of it', async (_, args, reason) => {
    const { lines, outcome } = await run(frame, ...args);
    expect(lines[0]).toEqual({ type: 'rejected', reason, offset: 0, length: 1519 });
    expect(outcome).toBe('failed');
  });

  test('whose tag does not fit is taken where that is optional', async () => {
    const aad = '00000000000000000000000000000000';
    const { lines } = await run(frame, '--key', key, '--aad', aad, '--tag', 'optional');
    expect(lines[0]).toMatchObject({ type: 'telegram', length: 1489, encryption: { tag: 'unverified' } });
  });
});

test('is well if there is a telegram and none was rejected', async () => {
  expect(await run(fixture('derived/nl-dsmr-5.0.2-recrc.txt'))).toMatchObject({ outcome: 'ok' });
  expect(await run(Buffer.from('noise'))).toMatchObject({
    outcome: 'failed',
    lines: [{ type: 'summary', telegrams: 0, rejected: {}, noiseBytes: 5 }],
  });
});

describe('where no telegram is found, says what the bytes look like', () => {
  // Each made by hand from its standard; those of M-Bus add up: 08 + 05 + 72 = 7f.
  const frames = {
    hdlc: '7ea00a410883131304e6e77e',
    'm-bus': '680303680805727f16',
    modbus: '1103006b00037687',
    sml: '1b1b1b1b010101017605000000016200620072630101',
  };
  test.each(Object.entries(frames))('%s', async (looksLike, frame) => {
    const { lines, outcome } = await run(Buffer.from(frame.repeat(3), 'hex'));
    expect(lines.at(-1)).toMatchObject({ type: 'summary', telegrams: 0, looksLike });
    expect(outcome).toBe('failed');
  });

  test('in words, too', async () => {
    const { lines } = await run(Buffer.from(frames.hdlc, 'hex'));
    expect(lines.at(-1)?.['what']).toBe('HDLC frames (DLMS), as meters in Norway and Austria send them');
  });

  test('also of a telegram that was rejected, but not where there is one', async () => {
    const telegram = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
    const spoilt = Buffer.from(telegram.toString('latin1').replace('220.1', '220.7'), 'latin1');
    expect((await run(spoilt)).lines.at(-1)).toMatchObject({ rejected: { checksum: 1 }, looksLike: 'p1' });
    const both = Buffer.concat([telegram, spoilt, Buffer.from(frames.hdlc.repeat(500), 'hex')]);
    expect((await run(both)).lines.at(-1)).not.toHaveProperty('looksLike');
  });
});

test('reads a file as it reads a pipe', async () => {
  const file = join(folder, 'capture.bin');
  writeFileSync(file, KAIFA);
  expect((await run(Buffer.alloc(0), file)).lines).toEqual((await run(KAIFA, '-')).lines);
});

test('--checksum says whether a bare `!` will do', async () => {
  const bare = fixture('nl-dsmr-3.0.txt');
  expect((await run(bare)).lines[0]).toMatchObject({ type: 'telegram', checksum: { status: 'absent' } });
  expect((await run(bare, '--checksum', 'absent')).outcome).toBe('ok');
  expect((await run(bare, '--checksum', 'required')).lines[0]).toEqual({
    type: 'rejected',
    reason: 'checksum-missing',
    offset: 0,
    length: 625,
  });
});

describe('--history', () => {
  // A digit of 1.8.1 was lost in the second.
  const three = Buffer.concat(
    ['00123.456*kWh', '0123.457*kWh', '00123.458*kWh'].map((delivered1) => dsmr22({ delivered1 })),
  );
  const found = async (input: Buffer, ...args: string[]): Promise<unknown[]> =>
    (await run(input, ...args)).lines.slice(0, -1).map(({ type, reason }) => reason ?? type);

  test('holds telegrams without a CRC16 against those before them', async () => {
    expect(await found(three)).toEqual(['telegram', 'telegram', 'telegram']);
    expect(await found(three, '--history')).toEqual(['telegram', 'inconsistent', 'telegram']);
    expect((await runDecode(three, '--history', '--explain')).printed).toContain(
      ': inconsistent\n  it has no CRC16, and does not follow from the telegrams before: a counter fell or leapt, or digits are gone\n',
    );
  });

  test('believes another meter after three telegrams, as the service does', async () => {
    const other = dsmr22({ header: '/KMP5 ZABF001587315111' });
    const meters = Buffer.concat([dsmr22(), other, other, other, other]);
    expect(await found(meters, '--history')).toEqual([
      'telegram',
      'inconsistent',
      'inconsistent',
      'inconsistent',
      'telegram',
    ]);
  });

  test('changes nothing of telegrams with one', async () => {
    const telegrams = Buffer.concat([fixture('derived/nl-dsmr-5.0.2-recrc.txt'), fixture('lu-smarty-1.1.3.txt')]);
    expect((await run(telegrams, '--history')).lines).toEqual((await run(telegrams)).lines);
  });
});

test('shows gas of DSMR 3.0 with the time of its profile', async () => {
  const { lines } = await run(fixture('nl-dsmr-3.0.txt'));
  expect(lines[0]?.['objects']).toContainEqual({
    obis: '0-1:24.3.0',
    values: [
      { time: '2009-02-12T16:00:00+01:00' },
      { value: '0' },
      { value: '60' },
      { value: '1' },
      { text: '0-1:24.2.1' },
      { text: 'm3' },
      { value: '0.000' },
    ],
  });
});

test('shows void stamps as null, and text beside its hexadecimal', async () => {
  const { lines } = await run(fixture('lu-smarty-1.1.3.txt'));
  expect(lines[0]?.['objects']).toContainEqual({ obis: '0-2:24.2.1', values: [{ time: null }, { value: '0.000' }] });
  expect(lines[0]?.['objects']).toContainEqual({
    obis: '0-1:96.1.0',
    values: [{ text: 'FLO189900060355', raw: '464C4F313839393030303630333535' }],
  });
});

test('reads the stamps of Lithuania two hours east of UTC, as its meters mean them', async () => {
  const { lines } = await run(fixture('lt-eso-extended-3f.txt'));
  expect(lines[0]).toMatchObject({ reading: { meter: { time: '2024-02-14T10:18:55+02:00' } } });
  expect(lines[0]?.['objects']).toContainEqual({ obis: '0-0:1.0.0', values: [{ time: '2024-02-14T10:18:55+02:00' }] });
});

test('keeps what no field claims', async () => {
  const { lines } = await run(fixture('field/athombv__dsmr-5.0-isk-1.txt'));
  expect(lines[0]?.['reading']).not.toHaveProperty('unread');
  const unknown = await run(buildTelegram('/ISK5', ['1-0:1.8.1(1*kWh)', '1-0:99.1.0(1)(2)']));
  expect(unknown.lines[0]?.['reading']).toEqual({
    meter: { energyDelivered1: { value: '1', unit: 'kWh' } },
    mbus: {},
    unread: [{ obis: '1-0:99.1.0', groups: ['1', '2'] }],
  });
});

test('prints objects in the unit of the meter, and the reading in the usual one', async () => {
  const { lines } = await run(buildTelegram('/EST5', ['1-0:1.8.0(000003777*Wh)']));
  expect(lines[0]).toMatchObject({
    objects: [{ obis: '1-0:1.8.0', values: [{ value: '3777', unit: 'Wh' }] }],
    reading: {
      meter: { energyDelivered: { value: '3.777', unit: 'kWh', printed: { value: '3777', unit: 'Wh' } } },
    },
  });
});

test('names devices by what they are, also one that was never read', async () => {
  const { lines } = await run(fixture('field/ndokter__isk5-2m550t-1012_dsmr-5.0.txt'));
  expect(lines[0]).toMatchObject({
    country: 'NL',
    devices: [
      { channel: 1, kind: 'gas', state: 'absent' },
      {
        channel: 2,
        kind: 'gas',
        equipmentId: 'G0039001936990619',
        register: { time: '2020-04-26T22:30:01+02:00', value: '246.138', unit: 'm3' },
        isConverted: true,
        state: 'live',
      },
    ],
  });
});

test('shows both limits of one bracket, and what has two units as it was printed', async () => {
  const { lines } = await run(buildTelegram('/ISK5', ['1-1:31.4.0(100.0*A,-100.0*A)', '1-0:14.7.0(50.0*Hz*x)']));
  expect(lines[0]).toMatchObject({
    objects: [
      {
        values: [
          { value: '100.0', unit: 'A' },
          { value: '-100.0', unit: 'A' },
        ],
      },
      { values: [{ text: '50.0*Hz*x' }] },
    ],
    reading: { unread: [{ obis: '1-0:14.7.0', groups: ['50.0*Hz*x'] }] },
  });
});

test('shows a unit that is printed without its star, and hexadecimal that looks like one as it is', async () => {
  const { lines } = await run(
    buildTelegram('/ISK5', [
      '1-0:32.7.0(230.1V)',
      '0-1:24.2.1(260201110000W)(00005.100M3)',
      '0-2:24.3.0(260201110000)(0A)(60)(1)(0-2:24.2.1)(m3)(00001.000)',
      '1-0:96.5.5(0A)',
      '0-0:96.50.68(1V)',
    ]),
  );
  expect(lines[0]?.['objects']).toEqual([
    { obis: '1-0:32.7.0', values: [{ value: '230.1', unit: 'V' }] },
    { obis: '0-1:24.2.1', values: [{ time: '2026-02-01T11:00:00+01:00' }, { value: '5.100', unit: 'M3' }] },
    {
      obis: '0-2:24.3.0',
      values: [
        { time: '2026-02-01T11:00:00+01:00' },
        { text: '0A' },
        { value: '60' },
        { value: '1' },
        { text: '0-2:24.2.1' },
        { text: 'm3' },
        { value: '1.000' },
      ],
    },
    { obis: '1-0:96.5.5', values: [{ text: '0A' }] },
    { obis: '0-0:96.50.68', values: [{ text: '1V' }] },
  ]);
});

test('names the checksum of a Holley meter, and lines that it cannot read', async () => {
  const text = Buffer.from('/HLY5/D545-METER\r\n\r\n1-0:1.8.0(1*kWh)\r\nhello\r\n!');
  const telegram = Buffer.concat([text, Buffer.from(`${printCrc(naiveX25(text))}\r\n`)]);
  expect((await run(telegram)).lines[0]).toMatchObject({
    checksum: { status: 'valid', algorithm: 'CRC-16/X-25' },
    unreadable: ['hello'],
  });
});

test('says what is wrong with a file, and what to do', async () => {
  const { outcome, errors } = await run(Buffer.alloc(0), join(folder, 'missing.bin'));
  expect(outcome).toBe('failed');
  expect(errors).toMatch(/^cannot read .*missing\.bin: there is no such file; name one that holds raw bytes/);
  expect((await run(Buffer.alloc(0), folder)).errors).toContain('it is a folder');
});
