import { describe, expect, test } from 'vitest';
import { describePort, toText } from '../../../src/commands/ports-report.ts';
import type { Candidate } from '../../../src/serial/candidates.ts';
import { Hearing } from '../../../src/serial/hearing.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const TELEGRAM = buildTelegram('/ISK5\\2M550T-1012', [
  '1-3:0.2.8(50)',
  '0-0:96.1.1(4530303434303037)',
  '1-0:1.8.1(1*kWh)',
]);
const OLD_TELEGRAM = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');

const ENCRYPTED = fixture('derived/lu-smarty-encrypted.bin');

const cable: Candidate = {
  path: '/dev/serial/by-id/usb-FTDI_cable-if00-port0',
  device: '/dev/ttyUSB0',
  usb: { vendor: '0403', product: '6001', text: 'FTDI FT232R USB UART' },
  isRadio: false,
  holder: undefined,
};
const bare: Candidate = { ...cable, path: '/dev/ttyAMA0', device: '/dev/ttyAMA0', usb: undefined };

/** A second passes before each of the pieces. */
function heard(baudRate: number, ...pieces: Buffer[]): Hearing {
  const hearing = new Hearing({ baudRate });
  pieces.forEach((piece, index) => hearing.push(piece, 1_000 * (index + 1)));
  return hearing;
}

describe('a person reads', () => {
  test('of a meter what it prints, how often, and the line of the configuration that reads it', () => {
    const hearing = heard(115_200, TELEGRAM, TELEGRAM, TELEGRAM);
    expect(toText([describePort(cable, { hearing })])).toBe(
      [
        '/dev/serial/by-id/usb-FTDI_cable-if00-port0',
        '  /dev/ttyUSB0, FTDI FT232R USB UART (0403:6001)',
        '  P1 telegrams (ISK), 115200 baud, 60 a minute, with CRC16',
        '  use it: source: { type: serial, port: /dev/serial/by-id/usb-FTDI_cable-if00-port0 }',
        '',
      ].join('\n'),
    );
  });

  test('of an old meter its speed and parity; one telegram has no rate yet', () => {
    const said = toText([describePort(bare, { hearing: heard(9_600, OLD_TELEGRAM) })]);
    expect(said).toContain('/dev/ttyAMA0, no USB adapter\n');
    expect(said).toMatch(/P1 telegrams of seven bits .*, 9600 baud, 1 telegram, without CRC16\n/);
    expect(said).toContain('source: { type: serial, port: /dev/ttyAMA0, baudRate: 9600, dataBits: 7, parity: even }');
  });

  test('of a meter that encrypts what to ask for, and the line with a place for it', () => {
    const hearing = heard(115_200, ENCRYPTED, ENCRYPTED, ENCRYPTED);
    expect(toText([describePort(bare, { hearing })])).toBe(
      [
        '/dev/ttyAMA0',
        '  /dev/ttyAMA0, no USB adapter',
        '  encrypted telegrams, as meters in Luxembourg and Austria send them, 115200 baud, 3 telegrams',
        '  ask the grid operator for its key; in Austria for its authenticationKey as well',
        '  use it: source: { type: serial, port: /dev/ttyAMA0, key: "32 hexadecimal digits" }',
        '',
      ].join('\n'),
    );
  });

  test('of one whose frames are all cut what is wrong with them: a key would not help', () => {
    const cut = ENCRYPTED.subarray(0, 700);
    const said = toText([describePort(bare, { hearing: heard(115_200, cut, cut, cut) })]);
    expect(said).toContain('  2100 bytes at 115200 baud: encrypted telegrams');
    expect(said).toContain('  none of them is whole: check the cable\n');
    expect(said).not.toContain('key');
  });

  test('of noise what is left to do: the other speeds were tried', () => {
    const said = toText([describePort(bare, { hearing: heard(115_200, Buffer.alloc(400, 0x93)) })]);
    expect(said).toContain('  400 bytes at 115200 baud: noise: wrong speed or polarity, or no P1 port\n');
    expect(said).toContain('  use a cable that inverts, once, or name another port\n');
  });

  test('of one that encrypts and prints clear telegrams as well the line that reads these', () => {
    const said = toText([describePort(bare, { hearing: heard(115_200, ENCRYPTED, TELEGRAM, ENCRYPTED) })]);
    expect(said).toContain('1 telegram, with CRC16, rejected: encrypted 2\n');
    expect(said).toContain('  use it: source: { type: serial, port: /dev/ttyAMA0 }\n');
  });

  test('of a name with blanks in it a line that YAML reads as it is meant', () => {
    const path = '/tmp/my cable: 1';
    const said = toText([describePort({ ...bare, path }, { hearing: heard(115_200, TELEGRAM) })]);
    expect(said).toContain('use it: source: { type: serial, port: "/tmp/my cable: 1" }');
  });

  test('of a damaged line how much was rejected, and why', () => {
    const damaged = Buffer.from(TELEGRAM).fill('9', 30, 33);
    const said = toText([describePort(cable, { hearing: heard(115_200, damaged, damaged) })]);
    expect(said).toContain(`  ${2 * TELEGRAM.length} bytes at 115200 baud: P1 telegrams, rejected: checksum 2\n`);
    expect(said).toContain('  none of them is whole: check the cable\n');
    expect(said).not.toContain('use it');
  });

  test.each<[string, Partial<Candidate>, string]>([
    ['a radio stick', { isRadio: true }, 'a Zigbee or Z-Wave stick, left alone'],
    [
      'a port of this program',
      { holder: { pid: 7, name: 'p1-relay', isOurs: true } },
      'in use by p1-relay (pid 7), not opened; `p1-relay health` says how that goes',
    ],
    [
      'a port of another program',
      { holder: { pid: 7, name: 'cat', isOurs: false } },
      'in use by cat (pid 7), not opened; stop that program to listen here',
    ],
    ['a port that nobody listened to', {}, 'not listened to'],
  ])('of %s that it is one', (_, more, line) => {
    expect(toText([describePort({ ...cable, ...more }, {})])).toContain(`  ${line}\n`);
  });

  test('of a port that does not open why, and of a silent one what to look at', () => {
    const [closed, silent] = [{ trouble: '/dev/ttyUSB0: this user may not read it' }, { hearing: heard(115_200) }];
    const said = toText([describePort(cable, closed), describePort(bare, silent)]);
    expect(said).toContain('  /dev/ttyUSB0: this user may not read it\n\n/dev/ttyAMA0\n');
    expect(said).toMatch(/ {2}not a byte came\n {2}check the cable and the data request line/);
  });

  test('where there is no port, what to do', () => {
    expect(toText([])).toMatch(/^no serial port: is the cable plugged in\?/);
  });
});

describe('a program reads', () => {
  test('all of it, and nothing that tells whose meter it is', () => {
    const report = describePort(cable, { hearing: heard(115_200, TELEGRAM, TELEGRAM) });
    expect(report).toMatchObject({
      state: 'meter',
      usb: { id: '0403:6001', name: 'FTDI FT232R USB UART' },
      heard: {
        looksLike: 'p1',
        baudRate: 115_200,
        telegrams: 2,
        perMinute: 60,
        checksum: 'valid',
        manufacturer: 'ISK',
      },
      source: { type: 'serial', port: cable.path },
    });
    expect(JSON.stringify(report)).not.toMatch(/2M550T|4530303434303037|E0044007/);
  });

  test.each<[string, Partial<Candidate>, ReturnType<typeof heard> | undefined]>([
    ['radio-stick', { isRadio: true }, undefined],
    ['in-use', { holder: { pid: 7, name: 'cat', isOurs: false } }, undefined],
    ['not-listened', {}, undefined],
    ['silent', {}, heard(9_600)],
    ['other', {}, heard(9_600, Buffer.alloc(9))],
  ])('the state %s', (state, more, hearing) => {
    expect(describePort({ ...cable, ...more }, { hearing })).toMatchObject({ state, source: undefined });
  });

  test('that a meter encrypts, and nothing of its frames', () => {
    const report = describePort(bare, { hearing: heard(9_600, ENCRYPTED) });
    expect(report).toMatchObject({
      state: 'meter',
      heard: { looksLike: 'encrypted', telegrams: 0, manufacturer: undefined, rejected: { encrypted: 1 } },
      source: { type: 'serial', port: '/dev/ttyAMA0', baudRate: 9_600, key: '32 hexadecimal digits' },
    });
    expect(JSON.stringify(report)).not.toMatch(/SAG|5341470112345678/i);
  });

  test('that a meter at 115200 baud prints no checksum, which has to be said', () => {
    const text = OLD_TELEGRAM.map((byte) => byte & 0x7f);
    expect(describePort(bare, { hearing: heard(115_200, Buffer.from(text)) }).source).toEqual({
      type: 'serial',
      port: '/dev/ttyAMA0',
      checksum: 'absent',
    });
  });
});
