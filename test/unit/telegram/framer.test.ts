import { describe, expect, test } from 'vitest';
import { Framer, LONGEST_TELEGRAM, type Found, type FramerOptions } from '../../../src/telegram/framer.ts';
import { buildTelegram, fixture, naiveX25, printCrc, withChecksum } from '../../support/telegrams.ts';

const DSMR5 = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
const AIDON = fixture('se-aidon-6560.txt');
const DSMR3 = fixture('nl-dsmr-3.0.txt');
const HEAD = '/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n';

const framerOf = (options: Partial<FramerOptions> = {}): Framer =>
  new Framer({ source: 'meter', checksum: 'required', ...options });

/** What a stream of these bytes gives, from its first byte to its end. */
function frame(bytes: Uint8Array | string, options: Partial<FramerOptions> = {}): readonly Found[] {
  const framer = framerOf(options);
  return [
    ...framer.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, 0),
    ...framer.idle(Infinity),
  ];
}

const outcomesOf = (found: readonly Found[]): string[] =>
  found.map((item) => ('checksum' in item ? item.checksum : item.reason));

const textOf = (found: Found | undefined): string | undefined => found?.raw.toString('latin1');

const changed = (telegram: Buffer, from: string, to: string): Buffer =>
  Buffer.from(telegram.toString('latin1').replace(from, to), 'latin1');

describe('where chunks end', () => {
  test.each([1, 2, 3, 7, 64, 1000])('chunks of %i bytes give the telegram whole', (size) => {
    const framer = framerOf();
    const found: Found[] = [];
    for (let at = 0; at < DSMR5.length; at += size) found.push(...framer.push(DSMR5.subarray(at, at + size), 0));
    expect(outcomesOf(found)).toEqual(['valid']);
    expect(found[0]?.raw.toString('latin1')).toContain(DSMR5.subarray(0, -2).toString('latin1'));
  });

  test('the fourth digit completes a telegram: its line end may never come', () => {
    const framer = framerOf();
    const [found] = framer.push(DSMR5.subarray(0, -2), 0);
    expect(found?.raw).toEqual(DSMR5.subarray(0, -2));
    expect(framer.push(Buffer.from('\r\n'), 0)).toEqual([]);
    expect(framer.noiseBytes).toBe(0);
  });

  test('digits are waited for: they may come in two reads', () => {
    const framer = framerOf();
    expect(framer.push(DSMR5.subarray(0, -4), 0)).toEqual([]);
    expect(outcomesOf(framer.push(DSMR5.subarray(-4), 2_000))).toEqual(['valid']);
  });

  test('a telegram is received when its first byte is', () => {
    const framer = framerOf();
    framer.push(Buffer.from('\r\n'), 1_000);
    framer.push(DSMR5.subarray(0, 10), 2_000);
    const [found] = framer.push(DSMR5.subarray(10), 2_500);
    expect(found).toMatchObject({ source: 'meter', receivedAt: new Date(2_000), offset: 2 });
  });
});

describe('what a stream begins with', () => {
  test('the rest of a telegram is passed over without a word', () => {
    expect(outcomesOf(frame(Buffer.concat([AIDON.subarray(300), DSMR5])))).toEqual(['valid']);
  });

  test('a `/` in that rest does not make it a telegram', () => {
    const rest = 'olley/HLY5-METER\r\n\r\n1-0:1.8.0(1*kWh)\r\n!1234\r\n';
    const framer = framerOf();
    expect(framer.push(Buffer.from(rest), 0)).toEqual([]);
    expect(framer.noiseBytes).toBeGreaterThan(0);
    expect(outcomesOf(framer.push(Buffer.from(rest.slice(5)), 0))).toEqual(['checksum']);
  });

  test('a damaged telegram that is whole is rejected even if it is the first', () => {
    expect(outcomesOf(frame(changed(DSMR5, '50', '51')))).toEqual(['checksum']);
  });
});

describe('what stands between telegrams', () => {
  test('line ends and NULs are nothing', () => {
    const framer = framerOf();
    const bytes = Buffer.concat([Buffer.from('\0\r\n'), DSMR5, Buffer.from('\0\0\r\n\r\n'), AIDON, Buffer.from('\n')]);
    expect(outcomesOf(framer.push(bytes, 0))).toEqual(['valid', 'valid']);
    expect(framer.noiseBytes).toBe(0);
  });

  test('what is neither is counted', () => {
    const framer = framerOf();
    framer.push(Buffer.concat([Buffer.from('x!1234\r\n'), DSMR5, Buffer.from([0xff, 0xff])]), 0);
    expect(framer.noiseBytes).toBe(8);
  });

  test('noise right in front of a header does not cost the telegram', () => {
    expect(outcomesOf(frame(Buffer.concat([Buffer.from('/ \xc3/', 'latin1'), DSMR5])))).toEqual(['valid']);
  });
});

describe('damage', () => {
  test.each([1, 100, 127, 128, 129, 200, 20_000])(
    '%i bytes without a line end in front of a header cost nothing',
    (length) => {
      for (const text of ['/x', 'x', '/x/', '\xafx']) {
        const found = frame(Buffer.concat([Buffer.alloc(length, text, 'latin1'), DSMR5]));
        expect(outcomesOf(found).at(-1)).toBe('valid');
      }
    },
  );

  test('a head cut off in mid-line costs itself alone', () => {
    const found = frame(Buffer.concat([AIDON.subarray(0, 400), DSMR5]));
    expect(outcomesOf(found)).toEqual(['truncated', 'valid']);
    expect(found.map(({ raw, offset }) => [offset, raw.length])).toEqual([
      [0, 400],
      [400, 1071],
    ]);
  });

  test('a head cut off keeps its own time of arrival', () => {
    const framer = framerOf();
    framer.push(AIDON.subarray(0, 400), 1_000);
    const found = framer.push(DSMR5, 2_000);
    expect(found[1]).toMatchObject({ checksum: 'valid', receivedAt: new Date(2_000) });
  });

  test('a `/` at the beginning of a line ends what is open', () => {
    const found = frame(Buffer.concat([Buffer.from(HEAD), DSMR5]));
    expect(outcomesOf(found)).toEqual(['truncated', 'valid']);
    expect(textOf(found[0])).toBe(HEAD);
  });

  test('and does so at once', () => {
    const framer = framerOf();
    expect(outcomesOf(framer.push(Buffer.from(`${HEAD}/`), 0))).toEqual(['truncated']);
  });

  test('a telegram that loses its `!` is truncated once the next begins', () => {
    expect(outcomesOf(frame(Buffer.concat([changed(DSMR5, '!', '#'), DSMR5])))).toEqual(['truncated', 'valid']);
  });

  test('silence ends what is open', () => {
    const framer = framerOf({ noDataMs: 3_000 });
    framer.push(DSMR5.subarray(0, 500), 1_000);
    expect(framer.idle(3_999)).toEqual([]);
    expect(outcomesOf(framer.idle(4_000))).toEqual(['truncated']);
    expect(framer.idle(9_000)).toEqual([]);
  });

  test('silence counts even where nobody said so before the next byte', () => {
    const framer = framerOf();
    framer.push(DSMR5.subarray(0, 500), 0);
    expect(outcomesOf(framer.push(DSMR5.subarray(500), 60_000))).toEqual(['truncated']);
  });

  test('more than any telegram can hold is given up, and the next one is found', () => {
    const endless = Buffer.concat([Buffer.from(HEAD), Buffer.alloc(LONGEST_TELEGRAM, '1-0:1.8.0(1*kWh)\r\n')]);
    const found = frame(Buffer.concat([endless, DSMR5]));
    expect(outcomesOf(found)).toEqual(['oversized', 'valid']);
    expect(found[0]?.raw).toHaveLength(LONGEST_TELEGRAM);
  });

  test('a telegram is found that began before the one it stood in was given up', () => {
    const filled = Buffer.alloc(LONGEST_TELEGRAM - HEAD.length - 500, '.');
    const found = frame(Buffer.concat([Buffer.from(HEAD), filled, DSMR5]));
    expect(outcomesOf(found)).toEqual(['oversized', 'valid']);
  });
});

describe('headers', () => {
  test.each([
    '/KAM5',
    '/NWA-WARMTELINK',
    '/Lux5\\253694471_M',
    '/ENE5\\XS210 ESMR 5.0',
    '/XXX3',
    '/ADN9 6534',
    '/AUR2NWA-MYRSKY',
    '/KMP5 ZABF001551772711',
    '/GRE5\\\\253',
    '/HLY5/D545-METER',
    '/XMX5LGBBFG1009',
  ])('%s is one', (header) => {
    expect(outcomesOf(frame(buildTelegram(header, ['1-0:1.8.0(1*kWh)'])))).toEqual(['valid']);
  });

  test.each(['\r\n', '\n', '\r'])('ends with %j, as the lines behind it do', (lineEnd) => {
    const text = ['/ISK5\\2M550T-1012', '', '1-3:0.2.8(50)', '1-0:1.8.1(001234.567*kWh)', '!'].join(lineEnd);
    const telegram = withChecksum(text);
    const found = frame(Buffer.concat([telegram, telegram]));
    expect(outcomesOf(found)).toEqual(['valid', 'valid']);
    expect(found[1]).toMatchObject({ offset: telegram.length });
  });

  // `/ISK5` and a text behind it, up to the line end.
  test.each([
    [128, ['valid']],
    [129, []],
  ])('of %i bytes: %j', (length, outcomes) => {
    const header = '/ISK5'.padEnd(length, 'x');
    expect(outcomesOf(frame(buildTelegram(header, ['1-0:1.8.0(1*kWh)'])))).toEqual(outcomes);
  });

  // The head that was cut off, the telegram behind it, and fourteen: sixteen places in all.
  test.each([
    [14, ['truncated', 'valid']],
    [15, ['checksum']],
  ])('behind a head that was cut off, and with %i more `/` behind: %j', (slashes, outcomes) => {
    const telegram = buildTelegram('/ISK5', [`0-0:96.13.0(${'/'.repeat(slashes)})`, '1-0:1.8.0(1*kWh)']);
    expect(outcomesOf(frame(Buffer.concat([Buffer.from(`${HEAD}1-0:1.8.0(0`), telegram])))).toEqual(outcomes);
  });
});

describe('checksums', () => {
  const printedAs = (rewrite: (digits: string) => string): Buffer => {
    // Its checksum is 0B9F: the heat gateway's own, which prints it as B9F.
    const telegram = fixture('field/ndokter__nwa-warmtelink_dsmr-5.0.txt').toString('latin1');
    return Buffer.from(telegram.replace(/!.*$/s, `!${rewrite('0B9F')}\r\n`), 'latin1');
  };

  test.each(['0B9F', 'B9F', '0b9f', 'b9F'])('0B9F may be printed as %s', (digits) => {
    expect(outcomesOf(frame(printedAs(() => digits)))).toEqual(['valid']);
  });

  test.each(['0B9E', 'B9', '9F0B', 'B9F0'])('0B9F is not %s', (digits) => {
    expect(outcomesOf(frame(printedAs(() => digits)))).toEqual(['checksum']);
  });

  const holley = Buffer.from('/HLY5/D545\r\n\r\n1-0:1.8.0(1*kWh)\r\n!', 'latin1');
  const withX25 = (text: Buffer): string => `${text.toString('latin1')}${printCrc(naiveX25(text))}\r\n`;

  test('a Holley meter may print X-25', () => {
    expect(outcomesOf(frame(withX25(holley)))).toEqual(['valid']);
  });

  test.each(['ISK', 'HLX'])('no meter of %s may', (maker) => {
    expect(outcomesOf(frame(withX25(changed(holley, 'HLY', maker))))).toEqual(['checksum']);
  });

  test('lone line feeds and a lost empty line are put back to see whether the checksum fits', () => {
    const feeds = DSMR5.toString('latin1').replaceAll('\r\n', '\n');
    expect(outcomesOf(frame(feeds))).toEqual(['repaired']);
    expect(outcomesOf(frame(changed(DSMR5, '\r\n\r\n', '\r\n')))).toEqual(['repaired']);
    expect(outcomesOf(frame(feeds.replace('\n\n', '\n')))).toEqual(['repaired']);
  });

  test('nothing else is put back', () => {
    expect(outcomesOf(frame(changed(DSMR5, '(50)', '(5)')))).toEqual(['checksum']);
    expect(outcomesOf(frame(DSMR5.toString('latin1').replaceAll('\r\n', '\n').replace('(50)', '(51)')))).toEqual([
      'checksum',
    ]);
  });

  test('what is repaired is given as it came', () => {
    const feeds = DSMR5.toString('latin1').replaceAll('\r\n', '\n');
    expect(textOf(frame(feeds)[0])).toBe(feeds);
  });
});

describe('a `!` in the middle', () => {
  test.each([
    '0-0:96.13.0(wow!1234)',
    '0-0:96.13.0(what /-/ this!)',
    '0-0:96.13.0(1)! 1-0:1.7.0(1*kW)',
    '1-0:1.8.0!0000(1)',
  ])('of %s ends nothing', (line) => {
    expect(outcomesOf(frame(buildTelegram('/ISK5', ['1-3:0.2.8(50)', line, '1-0:1.8.1(1*kWh)'])))).toEqual(['valid']);
  });

  test('in the place of a 1 ends nothing: a line goes on behind it', () => {
    const damaged = changed(AIDON, '1-0:32.7.0', '!-0:32.7.0');
    expect(outcomesOf(frame(damaged, { checksum: 'auto' }))).toEqual(['checksum']);
  });

  test('behind the last bracket of a line ends the telegram', () => {
    expect(outcomesOf(frame(withChecksum('/ADN9 6534\r\n\r\n1-0:1.8.0(1*kWh)!')))).toEqual(['valid']);
  });
});

describe('telegrams without a checksum', () => {
  test('are rejected where one is required', () => {
    expect(outcomesOf(frame(DSMR3))).toEqual(['checksum-missing']);
  });

  test('are taken where none is printed, line end and all', () => {
    const [found] = frame(DSMR3, { checksum: 'absent' });
    expect(found).toMatchObject({ checksum: 'absent', raw: DSMR3 });
  });

  test('have five objects at least', () => {
    const lines = ['0-0:96.1.1(41)', '1-0:1.8.1(1*kWh)', '1-0:1.8.2(1*kWh)', '1-0:2.8.1(1*kWh)', '1-0:2.8.2(1*kWh)'];
    const outcome = (count: number): string[] => {
      const bare = buildTelegram('/ISK5', lines.slice(0, count))
        .toString('latin1')
        .replace(/![0-9A-F]*/, '!');
      return outcomesOf(frame(bare, { checksum: 'absent' }));
    };
    expect(outcome(4)).toEqual(['implausible']);
    expect(outcome(5)).toEqual(['absent']);
  });

  test('may leave the medium of their references out', () => {
    const bare = DSMR3.toString('latin1').replaceAll('1-0:', '');
    expect(outcomesOf(frame(bare, { checksum: 'absent' }))).toEqual(['absent']);
    const damaged = bare.replace('001.19*kW', '00q.19*kW');
    expect(outcomesOf(frame(damaged, { checksum: 'absent' }))).toEqual(['implausible']);
  });

  test.each([
    ['fewer than five objects', buildTelegram('/ISK5', ['1-0:1.8.1(1*kWh)', '1-0:1.8.2(1*kWh)'])],
    ['no empty line', changed(DSMR3, '\r\n\r\n', '\r\n')],
    ['no 1.8.x', changed(changed(DSMR3, '1.8.1', '9.8.1'), '1.8.2', '9.8.2')],
    ['an open bracket', changed(DSMR3, '001.19*kW)', '001.19*kW')],
    ['a line that is no object', changed(DSMR3, '1-0:1.7.0', 'A-0:1.7.0')],
    ['a register twice', changed(DSMR3, '1-0:2.8.1', '1-0:1.8.1')],
    ['another header in a value', changed(DSMR3, '(0002)', '(0002/ISk5)')],
    ['a register that is no number', changed(DSMR3, '1.8.1(12345.678', '1.8.1(123q5.678')],
    ['a power that is no number', changed(DSMR3, '001.19*kW', '00q.19*kW')],
    ['no register that is a number', changed(changed(DSMR3, '1.8.1(12345.678*kWh', '1.8.1('), '1.8.2', '9.8.2')],
    ['a value whose register is lost', changed(DSMR3, '0-1:24.3.0(', '0-1:24.3.0{')],
  ])('are implausible with %s', (_, telegram) => {
    const bare = telegram.toString('latin1').replace(/![0-9A-F]*/, '!');
    expect(outcomesOf(frame(bare, { checksum: 'absent' }))).toEqual(['implausible']);
  });

  test('are held against a checksum that is printed all the same', () => {
    expect(outcomesOf(frame(DSMR5, { checksum: 'absent' }))).toEqual(['valid']);
    expect(outcomesOf(frame(changed(DSMR5, '50', '51'), { checksum: 'absent' }))).toEqual(['checksum']);
  });

  test('end with their `!` if no line end comes', () => {
    const framer = framerOf({ checksum: 'absent' });
    expect(framer.push(DSMR3.subarray(0, -2), 0)).toEqual([]);
    expect(outcomesOf(framer.idle(3_000))).toEqual(['absent']);
  });

  test('a head cut off costs itself alone', () => {
    const found = frame(Buffer.concat([DSMR3.subarray(0, 200), DSMR3]), { checksum: 'absent' });
    expect(outcomesOf(found)).toEqual(['truncated', 'absent']);
    expect(found[1]?.raw).toEqual(DSMR3);
  });
});

describe('a telegram without its `!`', () => {
  const unmarked = DSMR3.subarray(0, -'!\r\n'.length);

  test('ends where the next one begins', () => {
    const found = frame(Buffer.concat([unmarked, unmarked]), { checksum: 'absent' });
    expect(outcomesOf(found)).toEqual(['absent', 'absent']);
    expect(found.map(({ raw }) => raw)).toEqual([unmarked, unmarked]);
  });

  test('was cut off if it is one of DSMR 4 or later, which never leave it out', () => {
    const cut = DSMR5.subarray(0, DSMR5.lastIndexOf('!'));
    expect(outcomesOf(frame(Buffer.concat([cut, cut]), { checksum: 'absent' }))).toEqual(['truncated', 'truncated']);
  });

  test.each(['\0', '\0\0\0', '\0\r\n\0'])('ends before the next one, with the gap %j between them', (gap) => {
    const found = frame(Buffer.concat([unmarked, Buffer.from(gap), unmarked]), { checksum: 'absent' });
    expect(found).toMatchObject([
      { checksum: 'absent', raw: unmarked, offset: 0 },
      { checksum: 'absent', raw: unmarked, offset: unmarked.length + gap.length },
    ]);
  });

  test('does not end at a `/` behind NULs in the middle of a line', () => {
    const telegram = buildTelegram('/ISK5', ['1-0:1.8.1(000001.000*kWh)', '0-0:96.13.0(km\0\0/h)']);
    expect(frame(telegram)).toMatchObject([{ checksum: 'valid', raw: telegram }]);
  });

  test('ends with its last line, whatever gap follows', () => {
    const [found] = frame(Buffer.concat([unmarked, Buffer.from('\0\0\r\n')]), { checksum: 'absent' });
    expect(found).toMatchObject({ checksum: 'absent', raw: unmarked });
  });

  test('ends with the quiet behind it', () => {
    const framer = framerOf({ checksum: 'absent' });
    expect(framer.push(unmarked, 1_000)).toEqual([]);
    expect(framer.idle(3_999)).toEqual([]);
    expect(framer.idle(4_000)).toMatchObject([{ checksum: 'absent', raw: unmarked, receivedAt: new Date(1_000) }]);
  });

  test('is its text, where it came with parity bits', () => {
    const line = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin').subarray(0, -'!\r\n'.length);
    const [found] = frame(line, { checksum: 'absent' });
    expect(found).toMatchObject({ checksum: 'absent', raw: fixture('derived/synth-dsmr22.txt').subarray(0, -3) });
    const damaged = Buffer.from(line);
    damaged.writeUInt8(damaged.readUInt8(100) ^ 0x04, 100);
    expect(outcomesOf(frame(damaged, { checksum: 'absent' }))).toEqual(['truncated']);
  });

  test('may hold a `!` in a text', () => {
    const shouting = changed(unmarked, '0-0:96.13.1(', '0-0:96.13.1(wow!1234');
    expect(frame(shouting, { checksum: 'absent' })).toMatchObject([{ checksum: 'absent', raw: shouting }]);
  });

  test.each<[string, Buffer, Partial<FramerOptions>]>([
    ['a checksum is required', unmarked, { checksum: 'required' }],
    ['its version prints one', changed(unmarked, '0-0:96.14.0(0002)', '1-3:0.2.8(50)'), { checksum: 'auto' }],
    ['its last line has no end', unmarked.subarray(0, -2), { checksum: 'absent' }],
    ['it breaks off in a line', unmarked.subarray(0, -5), { checksum: 'absent' }],
    ['it is implausible', changed(unmarked, '\r\n\r\n', '\r\n'), { checksum: 'absent' }],
  ])('is truncated where %s', (_, bytes, options) => {
    expect(outcomesOf(frame(bytes, options))).toEqual(['truncated']);
  });

  test('is truncated on a line where telegrams end with one', () => {
    const found = frame(Buffer.concat([DSMR3, unmarked, DSMR3]), { checksum: 'absent' });
    expect(outcomesOf(found)).toEqual(['absent', 'truncated', 'absent']);
  });
});

test.each(['!\r\n', '\r\n!\r\n!0000\r\n', '!!!!\r\n'])('%j alone is noise', (text) => {
  const framer = framerOf({ checksum: 'absent' });
  const found = framer.push(Buffer.concat([Buffer.from(text), DSMR3, Buffer.from(text), DSMR5]), 0);
  expect(outcomesOf(found)).toEqual(['absent', 'valid']);
  expect(framer.noiseBytes).toBe(2 * text.replaceAll(/[\r\n]/g, '').length);
});

describe('checksum: auto', () => {
  test('takes a bare `!` from a meter too old to print a checksum', () => {
    expect(outcomesOf(frame(DSMR3, { checksum: 'auto' }))).toEqual(['absent']);
  });

  test.each(['1-3:0.2.8(50)', '0-0:96.1.4(50217)'])('refuses it from one that says %s', (version) => {
    const bare = changed(DSMR3, '0-0:96.14.0(0002)', version);
    expect(outcomesOf(frame(bare, { checksum: 'auto' }))).toEqual(['checksum-missing']);
  });

  test('takes it even behind noise that looks like digits', () => {
    const noise = Buffer.from('/abcd\r\n!1\r\n');
    expect(outcomesOf(frame(Buffer.concat([noise, DSMR3]), { checksum: 'auto' }))).toEqual(['checksum', 'absent']);
  });

  test('refuses it once the stream has shown a checksum', () => {
    const found = frame(Buffer.concat([DSMR5, DSMR3]), { checksum: 'auto' });
    expect(outcomesOf(found)).toEqual(['valid', 'checksum-missing']);
  });
});

describe('7E1 read as 8N1', () => {
  const line = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');

  test('a byte with the wrong parity rejects the telegram', () => {
    const damaged = Buffer.from(line);
    damaged.writeUInt8(damaged.readUInt8(100) ^ 0x04, 100);
    const [found] = frame(damaged, { checksum: 'absent' });
    expect(found).toMatchObject({ reason: 'parity', raw: damaged });
  });

  test('a meter that speaks 8N1 is read all the same', () => {
    expect(outcomesOf(frame(Buffer.concat([line, DSMR3]), { checksum: 'absent' }))).toEqual(['absent', 'absent']);
  });
});
