import { describe, expect, test } from 'vitest';
import { runDecode } from '../../support/decode.ts';
import { buildTelegram, fixture, withChecksum } from '../../support/telegrams.ts';

/** What `decode --explain` prints: its lines, none of which a terminal would obey. */
async function explain(input: Buffer, ...args: string[]): Promise<string[]> {
  const { printed } = await runDecode(input, '--explain', ...args);
  expect(printed).toMatch(/^[ -~\n]*$/);
  return printed.split('\n');
}

/** The line that begins with this place and reference, its columns without blanks between. */
async function rowOf(reference: string, input: Buffer): Promise<string | undefined> {
  const lines = await explain(input);
  return lines
    .find((line) => line.includes(` ${reference} `))
    ?.replaceAll(/ {2,}/g, ' | ')
    .replace(/^ \| /, '');
}

/** A byte changed in a text that is found once. */
function spoil(telegram: Buffer, from: string, to: string): Buffer {
  const [before = '', after = '', ...more] = telegram.toString('latin1').split(from);
  expect([telegram.includes(Buffer.from(from, 'latin1')), more, to.length]).toEqual([true, [], from.length]);
  return Buffer.from(before + to + after, 'latin1');
}

const METER = '/ISK5\\2M550T-1012';

test('says who sent it, whether it is whole, and how much there was', async () => {
  const lines = await explain(Buffer.concat([fixture('lu-smarty-1.1.3.txt'), fixture('nl-dsmr-3.0.txt')]));
  expect(lines.slice(0, 4)).toEqual([
    'telegram at byte 0, 1489 bytes',
    '  Lux5\\253694471_M: manufacturer Lux, P1 version 4.2, looks like one from Luxembourg',
    '  CRC16 8B52 is right',
    expect.stringMatching(/^ +byte +object +value +meaning$/),
  ]);
  expect(lines).toContain('rejected at byte 1489, 625 bytes: checksum-missing');
  expect(lines.slice(-2)).toEqual(['1 telegram, 1 rejected (1 checksum-missing), 0 bytes of noise', '']);
});

describe('a line', () => {
  // Places: bytes of the samples in front of the line, counted by hand.
  test.each([
    ['0-0:1.0.0', 'lu-smarty-1.1.3.txt', '36 | 0-0:1.0.0 | 2020-07-06 10:41:57 +02:00 | clock of the meter'],
    ['0-0:1.0.0', 'lt-eso-extended-3f.txt', '| 0-0:1.0.0 | 2024-02-14 10:18:55 +02:00 | clock of the meter'],
    ['0-0:42.0.0', 'lu-smarty-1.1.3.txt', '62 | 0-0:42.0.0 | SAG1030790002574 | name of the meter as'],
    ['1-0:1.8.0', 'lu-smarty-1.1.3.txt', '108 | 1-0:1.8.0 | 25.653 kWh | energy delivered, all tariffs'],
    ['1-1:31.4.0', 'lu-smarty-1.1.3.txt', '| 1-1:31.4.0 | 100 A, -63 A | thresholds of the fuse'],
    ['0-0:1.0.0', 'se-aidon-6534.txt', '| 0-0:1.0.0 | no time | clock of the meter when it sent the telegram'],
    ['0-2:24.2.1', 'lu-smarty-1.1.3.txt', '| 0-2:24.2.1 | 0.000, no time | channel 2: its register'],
    ['0-0:96.13.0', 'lu-smarty-1.1.3.txt', '| 0-0:96.13.0 | nothing | message of the grid operator'],
    ['1-0:1.8.0', 'se-aidon-6560.txt', '40 | 1-0:1.8.0 | 1219.311383 kWh (printed in Wh) | energy delivered'],
    ['0-0:96.14.0', 'derived/be-emucs-2.1.1-1f-recrc.txt', '| 0-0:96.14.0 | 1 | tariff that counts now (day)'],
    [
      '1-0:1.8.2',
      'derived/nl-dsmr-5.0.2-recrc.txt',
      '| 1-0:1.8.2 | 123456.789 kWh | energy delivered, tariff 2 (normal)',
    ],
    ['0-1:24.3.0', 'nl-dsmr-3.0.txt', '| 0-1:24.3.0 | 0.000 m3, at 2009-02-12 16:00:00 +01:00 | channel 1: '],
  ])('says place, reference, value and meaning: %s of %s', async (reference, file, row) => {
    expect(await rowOf(reference, fixture(file))).toContain(row);
  });

  test('of many values has a list under it', async () => {
    const lines = await explain(fixture('derived/nl-dsmr-5.0.2-recrc.txt'));
    const log = lines.findIndex((line) => line.includes('1-0:99.97.0'));
    expect(lines.slice(log, log + 3).map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      '318 | 1-0:99.97.0 | 2: | the last long power failures, oldest first',
      '2010-12-08 15:05:03 +01:00 to 2010-12-08 15:10:04 +01:00: 301 s',
      '2010-12-08 15:20:15 +01:00 to 2010-12-08 15:24:15 +01:00: 240 s',
    ]);
    expect(await explain(fixture('derived/be-emucs-2.1.1-1f-recrc.txt'))).toContainEqual(
      expect.stringMatching(/ 5\.980 kW at 2020-03-05 12:21:39 \+02:00, month to 2020-04-01 00:00:00 \+02:00$/),
    );
    expect(await explain(fixture('field/ndokter__sag5sag-meter_p1-no-version-line.txt'))).toContainEqual(
      expect.stringMatching(/ energyReturned2 31\.086 kWh$/),
    );
  });

  test('that is printed twice, or has more values than are read, does not hide them', async () => {
    const objects = ['1-0:1.8.1(100.000*kWh)', '1-0:14.7.0(49.0*Hz)(50.0*Hz)', '1-0:1.8.1(101.000*kWh)', '1-0:1.8.1()'];
    const lines = await explain(buildTelegram(METER, objects));
    expect(lines.filter((line) => line.includes('more than once'))).toEqual([
      '  1-0:1.8.1 is there more than once: the last value counts',
    ]);
    expect(await explain(buildTelegram(METER, ['1-1:31.4.0(100*A)(-063*A)', '1-1:34.4.0(90*A)(-063*A)']))).toContain(
      '  1-1:31.4.0 and 1-1:34.4.0 stand for the same: the last value counts',
    );
    expect(lines).toContainEqual(expect.stringContaining(' 49.0 Hz; not read: (50.0*Hz) '));
    expect((await explain(fixture('lt-eso-maximum-3f.txt'))).join()).not.toMatch(/more than once|not read/);
  });

  test('that nobody knows, that says nothing of use, or that is no object is named', async () => {
    const objects = ['1-0:99.99.9(abc)(\x1b[2J)', '1-0:1.7.0(0x1*kW)', '1-0:2.7.0(00.1*kW', '1-0:3_7.0(1)', 'h\xe9llo'];
    const lines = await explain(buildTelegram(METER, objects));
    const from = lines.findIndex((line) => line.includes('99.99.9'));
    expect(lines.slice(from, from + 2).map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      '21 | 1-0:99.99.9 | (abc)(\\x1B[2J) | unread: no field has this reference',
      '45 | 1-0:1.7.0 | (0x1*kW) | unread: no value for "power delivered now"',
    ]);
    expect(lines.slice(from + 2, from + 8)).toEqual([
      '      64  1-0:2.7.0(00.1*kW',
      '                   ^ no object: this bracket does not close',
      '      83  1-0:3_7.0(1)',
      '               ^ no object: this is not how a reference A-B:C.D.E goes on',
      '      97  h\\xE9llo',
      '          ^ no object: this is not how a reference A-B:C.D.E goes on',
    ]);
  });
});

describe('a device on the M-Bus is named by what it is', () => {
  test.each([
    [
      'field/ndokter__isk5-2m550t-1012_dsmr-5.0.txt',
      [
        'gas meter on channel 1: never read, no id',
        'gas meter on channel 2, converted to a standard temperature: 246.138 m3, read at 2020-04-26 22:30:01 +02:00, ' +
          'id G0039001936990619; this is the gas meter for DSMR-reader: no other one reports',
      ],
    ],
    [
      'field/ndokter__flu5-253769484-a_emucs-50217-2.txt',
      [
        'gas meter on channel 1, as measured: 92.287 m3, read at 2023-11-02 12:10:02 +01:00, id 7FLO2123088027; ' +
          'this is the gas meter for DSMR-reader: no other one reports',
        'water meter on channel 2: 8.579 m3, read at 2023-11-02 12:15:32 +01:00, id 8SET0000961173',
      ],
    ],
    [
      // Its clock says the 13th, its gas meter the 29th.
      'field/ndokter__kfm5kaifa-meter_dsmr-4.2.txt',
      [
        expect.stringMatching(
          /^gas meter on channel 1, converted .*: 981\.443 m3, read at a time to come, 2016-11-29 20:00:00 \+01:00, /,
        ),
      ],
    ],
    [
      'field/ndokter__nwa-warmtelink_dsmr-5.0.txt',
      ['heat meter on channel 1: 240.860 GJ, read at 2026-02-15 20:05:23 +01:00, id 621848012D2C0B0C'],
    ],
  ])('%s', async (file, devices) => {
    const lines = (await explain(fixture(file))).map((line) => line.trim());
    expect(lines.filter((line) => / on channel \d/.test(line))).toEqual(devices);
  });

  test('a place without a type where nothing was ever read is no device', async () => {
    const places = ['0-1:24.2.1(632525252525W)(00000.000)', '0-2:24.1.0(015)', '0-2:24.2.1(632525252525W)(00000.000)'];
    const lines = (await explain(buildTelegram('/ISK5', places))).map((line) => line.trim());
    expect(lines.filter((line) => / on channel \d/.test(line))).toEqual([
      'no device on channel 1: never read, no id',
      'device of another kind on channel 2: never read, no id',
    ]);
  });

  const gasOn = (channel: number, id: string, stamp: string, value: string): string[] => [
    `0-${channel}:24.1.0(003)`,
    `0-${channel}:96.1.0(${id})`,
    `0-${channel}:24.2.1(${stamp}W)(${value}*m3)`,
  ];

  test.each<[string, string, string[]]>([
    ['1', 'no other one has an id', [...gasOn(1, '4731', '260201110000', '5'), ...gasOn(2, '', '260201110000', '6')]],
    [
      '1',
      'the times of the others are to come',
      [...gasOn(1, '4731', '260201110000', '5'), ...gasOn(2, '4732', '260202120001', '6')],
    ],
    [
      '1',
      'the others are over an hour behind',
      [...gasOn(1, '4731', '260201110000', '5'), ...gasOn(2, '4732', '260201095959', '6')],
    ],
    [
      '1',
      'the others stand at zero',
      [...gasOn(1, '4731', '260201110000', '5'), ...gasOn(2, '4732', '260201110000', '0.000')],
    ],
    [
      '2',
      'it was installed last',
      [...gasOn(1, '4731', '260201110000', '5'), ...gasOn(2, '4732', '260201110000', '6')],
    ],
  ])('of two gas meters the one on channel %s goes to DSMR-reader: %s', async (channel, why, gas) => {
    const lines = await explain(buildTelegram(METER, ['0-0:1.0.0(260201120000W)', ...gas]));
    const chosen = lines.filter((line) => line.includes('this is the gas meter for DSMR-reader'));
    expect(chosen).toEqual([expect.stringContaining(`gas meter on channel ${channel}, `)]);
    expect(chosen).toEqual([expect.stringMatching(new RegExp(`DSMR-reader: ${why}$`))]);
  });

  test('one that was swapped is dead', async () => {
    const gas = ['0-1:24.1.0(003)', '0-1:24.2.1(260101120000W)(00001.000*m3)'];
    const lines = await explain(buildTelegram(METER, ['0-0:1.0.0(260201120000W)', ...gas]));
    expect(lines).toContainEqual(expect.stringContaining('1.000 m3, dead, last read at 2026-01-01 12:00:00 +01:00'));
    expect(lines.join('\n')).not.toContain('for DSMR-reader');
  });
});

describe('the last lines say what the bytes look like, where no telegram is found', () => {
  const HDLC = Buffer.from('7ea00a410883131304e6e77e'.repeat(3), 'hex');

  test('and what to do', async () => {
    // Twelve bytes each; the length, 0A, counts as a line end.
    expect(await explain(HDLC)).toEqual([
      '0 telegrams, 0 rejected, 33 bytes of noise',
      'what comes looks like HDLC frames (DLMS), as meters in Norway and Austria send them; p1-relay cannot read it: ' +
        'ask the grid operator whether the meter has a P1 port, or can be set to P1',
      '',
    ]);
  });

  test('an empty file is called so', async () => {
    expect(await explain(Buffer.alloc(0))).toEqual([
      '0 telegrams, 0 rejected, 0 bytes of noise',
      'there is not a byte in it',
      '',
    ]);
  });

  test('but not where all that came was rejected: why is said of each', async () => {
    const cut = fixture('derived/nl-dsmr-5.0.2-recrc.txt').subarray(0, 500);
    expect((await explain(cut)).slice(-2)).toEqual(['0 telegrams, 1 rejected (1 truncated), 0 bytes of noise', '']);
  });
});

describe('a rejection says why, with a caret under the byte', () => {
  const SAMPLE = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
  /** The lines behind the first, without those of the summary. */
  const why = async (input: Buffer, ...args: string[]): Promise<string[]> =>
    (await explain(input, ...args)).slice(1, -3);

  test('a digit that became another can be anywhere', async () => {
    expect(await why(spoil(SAMPLE, '220.1', '220.7'))).toEqual([
      expect.stringMatching(/^ {2}it prints the CRC16 E47C, its bytes give [0-9A-F]{4}: /),
      '  every line is well-formed: the fault can be in any byte',
    ]);
  });

  // Each line of the sample and its place were counted by hand.
  test.each([
    ['ISk5\\2MT', 'ISk5\\\x01MT', 6, 'a byte that no meter prints here', '/ISk5\\\\x01MT382-1000', 6],
    ['1-0:1.8.1', '1-0:1.8_1', 115, 'this is not how a reference A-B:C.D.E goes on', '1-0:1.8_1(123456.789*kWh)', 7],
    ['14.0(0002', '14.0)0002', 227, 'this is not how a reference A-B:C.D.E goes on', '0-0:96.14.0)0002)', 11],
    ['1-0:52.32.0', '1-0:592.3.0', 429, 'a number of a reference is at most 255', '1-0:592.3.0(00001)', 4],
    ['01.193*kW)', '01.193*kW]', 244, 'this bracket does not close', '1-0:1.7.0(01.193*kW]', 9],
    ['2.7.0(00.000', '2.7.0(00(000', 269, 'a bracket opens within another', '1-0:2.7.0(00(000*kW)', 12],
    ['1-0:32.32.0(00002)', '1-0:32.32.0(000)2)', 421, 'this stands outside the brackets', '1-0:32.32.0(000)2)', 16],
    ['01.193*kW', '01x193*kW', 247, 'not a value that this object has', '1-0:1.7.0(01x193*kW)', 12],
    ['01.193*kW', '01.193*kV', 252, 'this object is in kW', '1-0:1.7.0(01.193*kV)', 17],
    ['09113020W', '09113020V', 58, 'this is no time, YYMMDDhhmmss and S or W', '0-0:1.0.0(101209113020V)', 22],
    [
      '09112500W',
      '091_2500W',
      1041,
      'this is no time, YYMMDDhhmmss and S or W',
      '0-1:24.2.1(1012091_2500W)(12785.123*m3)',
      18,
    ],
    ['09113020W', '09613020W', 46, 'this is no time, YYMMDDhhmmss and S or W', '0-0:1.0.0(101209613020W)', 10],
    ['01.193*kW', '01.193\xaakW', 251, 'a byte that no meter prints here', '1-0:1.7.0(01.193\\xAAkW)', 16],
    ['\r\n\r\n1-3', '\r\nX\n1-3', 17, 'the empty line behind the header is missing', '/ISk5\\2MT382-1000', 17],
  ])('%j as %j', async (from, to, place, what, line, column) => {
    expect((await why(spoil(SAMPLE, from, to))).slice(1, 4)).toEqual([
      `  byte ${place} of it: ${what}`,
      `    ${line}`,
      `    ${' '.repeat(column)}^`,
    ]);
  });

  test('of many faults the first are shown, and of a long line what is around the fault', async () => {
    const message = `0-0:96.13.0(${'A'.repeat(300)}(${'B'.repeat(300)})`;
    const telegram = buildTelegram(METER, [message, 'a', 'b', 'c', 'd', 'e', 'f']);
    const lines = await why(spoil(telegram, telegram.toString('latin1', telegram.indexOf('!')), '!0000\r\n'));
    expect(lines.slice(1, 4)).toEqual([
      '  byte 333 of it: a bracket opens within another',
      `    ...${'A'.repeat(50)}(${'B'.repeat(49)}...`,
      `    ${' '.repeat(53)}^`,
    ]);
    expect(lines.filter((line) => line.startsWith('  byte'))).toHaveLength(5);
    expect(lines.at(-1)).toBe('  and 2 more');
  });

  test('one that was cut ends at a caret', async () => {
    expect(await why(SAMPLE.subarray(0, 245))).toEqual([
      '  the rest never came, or something else began before its end',
      '  byte 245 of it: it breaks off here',
      '    1-0:1.7.0(',
      '              ^',
    ]);
  });

  test('one without a CRC16 where one is wanted', async () => {
    const lines = await why(fixture('nl-dsmr-3.0.txt'), '--checksum', 'required');
    expect(lines[0]).toContain('a bare !');
    expect(lines.slice(1)).toEqual(['  byte 623 of it: no CRC16', '    !', '     ^']);
  });

  test('bytes with odd parity, those of a line together', async () => {
    const line = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');
    line.writeUInt8(line.readUInt8(37) ^ 0x01, 37);
    line.writeUInt8(line.readUInt8(39) ^ 0x80, 39);
    line.writeUInt8(line.readUInt8(62) ^ 0x04, 62);
    expect((await why(line)).slice(1)).toEqual([
      '  byte 37 of it: an odd number of ones',
      '    0-0:96.1.1(4A31323334353637383930)',
      '               ^ ^',
      '  byte 62 of it: an odd number of ones',
      '    5-0:1.8.1(00123.456*kWh)',
      '    ^',
    ]);
  });

  test('one that is too long, one that does not look whole, one that is encrypted', async () => {
    const endless = Buffer.from(`${METER}\r\n\r\n${'1-0:1.8.1(1)\r\n'.repeat(1500)}`);
    expect((await explain(endless)).slice(0, 3)).toEqual([
      'rejected at byte 0, 16384 bytes: oversized',
      '  no telegram is that long, and no ! ended it',
      '',
    ]);
    expect(await why(fixture('field/athombv__dsmr-2.2-kfm-1.txt'))).toEqual([
      '  it has no CRC16, and does not look whole: no empty line behind the header',
      '  byte 22 of it: the empty line behind the header is missing',
      '    /KMP5 ZABF001587315111',
      `    ${' '.repeat(22)}^`,
    ]);
    const two = Buffer.from(`${METER}\r\n\r\n1-0:1.7.0(1*kW)\r\n1-0:1.7.0(x)\r\n!\r\n`);
    expect((await why(two))[0]).toBe(
      '  it has no CRC16, and does not look whole: fewer than five objects, ' +
        'no register of delivered energy, 1.8.x, a value that should be a number, objects that come twice',
    );
    const frame = fixture('derived/lu-smarty-encrypted.bin');
    expect(await why(frame)).toEqual(['  an encrypted frame: give the key of its meter with --key']);
    expect(await why(frame, '--key', '0'.repeat(32))).toEqual([
      expect.stringMatching(/--key or --aad is not that of .*; if --key is right, --tag optional takes/),
    ]);
    expect(await why(frame.subarray(0, 1000))).toHaveLength(1);
  });
});

test('an encrypted telegram says so', async () => {
  const key = '000102030405060708090A0B0C0D0E0F';
  const lines = await explain(fixture('derived/lu-smarty-encrypted.bin'), '--key', key);
  expect(lines[3]).toBe('  it came encrypted, in frame 42; its tag is verified');
});

test('a telegram whose line ends were changed on the way says so', async () => {
  const text = fixture('derived/nl-dsmr-5.0.2-recrc.txt').toString('latin1').replaceAll('\r\n', '\n');
  expect((await explain(Buffer.from(text)))[2]).toMatch(/^ {2}CRC16 E47C is right once the line ends that /);
});

test('a line that goes on with one that is no object is none', async () => {
  const lines = await explain(withChecksum(`${METER}\r\n\r\nx\r\n(1)\r\n!`));
  expect(lines).toContainEqual(expect.stringMatching(/\^ no object: it goes on with a line that is no object$/));
});
