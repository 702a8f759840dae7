import { expect, test } from 'vitest';
import { parseCosem } from '../../../src/telegram/cosem.ts';

const parse = (...lines: string[]): ReturnType<typeof parseCosem> =>
  parseCosem(Buffer.from(`/ISK5\\2M550T-1012\r\n\r\n${lines.join('\r\n')}\r\n!1234\r\n`, 'latin1'));

test.each([
  ['1-0:1.8.1(1)', '1-0:1.8.1'],
  ['1-0:1.8.0*255(1)', '1-0:1.8.0'],
  ['1-0:31.7.0.255(1)', '1-0:31.7.0'],
  ['1-0:72:32.0(1)', '1-0:72.32.0'],
  ['1-0:99:97.0(1)', '1-0:99.97.0'],
  ['1-1:1.8.1(1)', '1-1:1.8.1'],
  ['01-00:001.008.000(1)', '1-0:1.8.0'],
  ['1-0:1.8.0*126(1)', '1-0:1.8.0*126'],
  ['0-0:96.1.255(1)', '0-0:96.1.255'],
  ['1.8.0(1)', '1.8.0'],
  ['1-1:31.4.0(1)', '1-1:31.4.0'],
  ['1-0:1:8:0(1)', '1-0:1.8.0'],
  ['1-0:1.8.0.126(1)', '1-0:1.8.0*126'],
  ['1-0:1.8.0*256(1)', undefined],
  ['1-0:1.8(1)', '1-0:1.8'],
  ['1-0:1.8.0 (1)', '1-0:1.8.0'],
])('%s is about %s', (line, obis) => {
  expect(parse(line).objects).toEqual(obis === undefined ? [] : [{ obis, groups: ['1'] }]);
});

test.each([
  ['0-0:96.13.0()', ['']],
  ['1-0:1.8.1(000671.578*kWh)', ['000671.578*kWh']],
  ['1-1:31.4.0(100*A)(-063*A)', ['100*A', '-063*A']],
  ['1-0:1.8.0(00000.000*kWh ) ', ['00000.000*kWh ']],
  ['0-0:96.13.0(test-/-test: 50 % off!)', ['test-/-test: 50 % off!']],
  ['0-0:96.13.0(\xff\x00\xe9)', ['\xff\x00\xe9']],
  [`0-0:96.13.0(${'\xff'.repeat(1_024)})`, ['\xff'.repeat(1_024)]],
  ['1-1:31.4.0(100.0*A,-100.0*A)', ['100.0*A,-100.0*A']],
  ['1-0:13.7.0(-1.000)', ['-1.000']],
  ['1-0:1.8.1(000671,578*kWh)', ['000671,578*kWh']],
  ['1-0:1.8.1(000671.578)', ['000671.578']],
  ['1-0:1.8.1(000671.578kWh)', ['000671.578kWh']],
  ['0-1:24.5.0(01.250*m3/h)', ['01.250*m3/h']],
  ['0-0:96.13.0(/ISk5!)', ['/ISk5!']],
  ['0-0:96.13.0(48616C6C6F)', ['48616C6C6F']],
  ['1-0:99.97.0()', ['']],
  ['1-0:99.97.0(0)(0-0:96.7.19)', ['0', '0-0:96.7.19']],
  ['0-0:98.1.0(220201000000T)(000173.640*kWh)', ['220201000000T', '000173.640*kWh']],
])('%s has the values %j', (line, groups) => {
  expect(parse(line).objects[0]?.groups).toEqual(groups);
});

test('a line that begins with a value goes on with the object above it', () => {
  const { objects, unreadable } = parse('0-1:24.3.0(090212160000)(00)', '(00000.000)', '0-0:98.1.0', '(1)', '(2)(3)');
  expect(objects).toEqual([
    { obis: '0-1:24.3.0', groups: ['090212160000', '00', '00000.000'] },
    { obis: '0-0:98.1.0', groups: ['1', '2', '3'] },
  ]);
  expect(unreadable).toEqual([]);
});

test('what goes on with a line that cannot be read is not read either', () => {
  const { objects, unreadable } = parse(
    '1-0:1.7.0(1)',
    '0-1:24.#.0(090212160000)',
    '(00000.000)',
    '1-0:2.7.0(2)',
    '(3)',
  );
  expect(objects).toEqual([
    { obis: '1-0:1.7.0', groups: ['1'] },
    { obis: '1-0:2.7.0', groups: ['2', '3'] },
  ]);
  expect(unreadable).toEqual(['0-1:24.#.0(090212160000)', '(00000.000)']);
});

test.each([
  ['1-0:1.8.0(1)\r\n!1234\r\n', true, ['1']],
  ['1-0:1.8.0(1)!\r\n', true, ['1']],
  ['1-0:1.8.0(1)\r\n', false, ['1']],
  ['1-0:1.8.0(wow!)\r\n', false, ['wow!']],
  ['1-0:1.8.0(wow!1234)\r\n!\r\n', true, ['wow!1234']],
])('%j: whether a `!` ends it is %s', (data, isMarked, groups) => {
  const text = parseCosem(Buffer.from(`/KAM5\r\n\r\n${data}`));
  expect(text).toMatchObject({ isMarked, objects: [{ obis: '1-0:1.8.0', groups }], unreadable: [] });
});

test.each([
  'hello',
  '1-0:1.8.1(1',
  '1-0:1.8.1)1(',
  '1-0:1.8.1(1)x',
  '1-0:1.8.1((1))',
  '1-0:1.8.256(1)',
  '1-0:(1)',
  'A-0:1.8.1(1)',
  '1-0:1.8.1.2.3(1)',
])('%s costs itself alone', (line) => {
  const { objects, unreadable } = parse('1-0:1.7.0(1)', line, '1-0:2.7.0(2)');
  expect(objects.map(({ obis }) => obis)).toEqual(['1-0:1.7.0', '1-0:2.7.0']);
  expect(unreadable).toEqual([line]);
});

test('a value with no object above it is unreadable', () => {
  expect(parse('(1)')).toMatchObject({ objects: [], unreadable: ['(1)'] });
});

test('an object that comes twice is there twice', () => {
  expect(parse('1-0:1.8.1(1)', '1-0:1.8.1(2)').objects).toHaveLength(2);
});

test.each(['\r\n', '\n', '\r', '\r\n\n'])('lines may end in %j', (end) => {
  const text = parseCosem(Buffer.from(['/KAM5', '', '1-0:1.8.0(1)', '1-0:2.8.0(2)', '!'].join(end)));
  expect(text).toMatchObject({ header: 'KAM5', blankLine: true, unreadable: [] });
  expect(text.objects).toHaveLength(2);
});

test('a header without an empty line behind it is told from one with it', () => {
  expect(parseCosem(Buffer.from('/KAM5\r\n1-0:1.8.0(1)\r\n!')).blankLine).toBe(false);
  expect(parseCosem(Buffer.from('/KAM5\r\n')).blankLine).toBe(false);
});

test.each(['', '/', '!', '(', ')', '\r\n'])('%j has no objects and does no harm', (text) => {
  expect(parseCosem(Buffer.from(text)).objects).toEqual([]);
});
