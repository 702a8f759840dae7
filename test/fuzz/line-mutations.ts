import type { Chance } from './chance.ts';

/** The lines of a telegram up to its `!`, each without its line end (Latin-1). The first is the header. */
export type Lines = readonly string[];

/** Changes lines in one way that a meter, a gateway or a bad cable might. */
export type LineMutation = (lines: Lines, chance: Chance) => Lines;

const STAMPS = [
  '632525252525W',
  '632525252525S',
  '000101000001W',
  '700101010000W',
  '260230000000S',
  '260329023000S',
  '261025023000S',
  '261025023000W',
  '991231235959W',
  '690101000000W',
  '260705120000T',
  '260705120000',
  '26070512000S',
  '07EA0705070C0000FF800080',
  '07EA0705070C0000FF7FFF00',
  '',
];
const UNITS = [
  'kWh',
  'Wh',
  'MWh',
  'kwh',
  'kWh ',
  ' kWh',
  'kW',
  'W',
  'kvarh',
  'm3',
  'dm3',
  'GJ',
  'A',
  'V',
  's',
  'x',
  '',
];
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'register', '0', '-1'];
const TEXTS = [
  'test-/-test',
  '/XXX5',
  'wow!',
  '!1234',
  '*',
  '1*2*3',
  ',',
  '100*A,-100*A',
  '(',
  ')',
  '\0',
  '\x7f\x80',
  'é',
  '0x2C',
];
const REFERENCES = [
  '1-1:1.8.0',
  '0-1:24.2.1',
  '0-2:24.2.1',
  '0-1:24.3.0',
  '0-2:24.1.0',
  '1-0:1.8.1',
  '0-0:98.1.0',
  '1.8.0',
];
const COUNTS = ['0', '3', '003', '007', '004', '12', '255', '999999999999999', '9999999999999999', '-3', '3.0', ''];
const LONG = 300;

const digits = (chance: Chance, length: number): string => Array.from({ length }, () => chance.below(10)).join('');

const hex = (chance: Chance, length: number): string =>
  Array.from({ length }, () => chance.below(16).toString(16).toUpperCase()).join('');

const at = (lines: Lines, place: number, ...instead: string[]): Lines => lines.toSpliced(place, 1, ...instead);

/** A line that is not the header. */
const anyLine = (lines: Lines, { below }: Chance): number => Math.min(1 + below(lines.length - 1), lines.length - 1);

const changeLine =
  (change: (line: string, chance: Chance) => string): LineMutation =>
  (lines, chance) => {
    const place = anyLine(lines, chance);
    return at(lines, place, change(lines[place] ?? '', chance));
  };

/** Changes one of the places in a line that a pattern fits. */
const changeMatch = (pattern: RegExp, change: (found: string, chance: Chance) => string): LineMutation =>
  changeLine((line, chance) => {
    const found = [...line.matchAll(pattern)];
    if (found.length === 0) return line;
    const { index, 0: text } = chance.oneOf(found);
    return line.slice(0, index) + change(text, chance) + line.slice(index + text.length);
  });

/** `(value*unit)`, brackets and all. */
const GROUP = /\([^()]*\)/g;
const NUMBER = /\d+([.,]\d+)?/g;
const STAMP = /\d{12}[SWT]?/g;
const UNIT = /\*[^()*]*(?=\))/g;
const REFERENCE = /^[^(]+/g;

const inGroup = (value: (chance: Chance) => string): LineMutation =>
  changeMatch(GROUP, (_, chance) => `(${value(chance)})`);

/** By name; each is as likely as the others. */
export const LINE_MUTATIONS: Readonly<Record<string, LineMutation>> = {
  dropLine: (lines, chance) => at(lines, anyLine(lines, chance)),
  doubleLine: changeLine((line) => `${line}\r\n${line}`),
  swapLines: (lines, chance) => {
    const [one, other] = [anyLine(lines, chance), anyLine(lines, chance)];
    return at(at(lines, one, lines[other] ?? ''), other, lines[one] ?? '');
  },
  joinLines: (lines, chance) => {
    const place = anyLine(lines, chance);
    return lines.toSpliced(place, 2, lines.slice(place, place + 2).join(''));
  },
  bareFeed: changeLine((line) => `${line}\n`),
  continueLine: changeMatch(/(?=\()/g, () => '\r\n'),
  dropGroup: changeMatch(GROUP, () => ''),
  doubleGroup: changeMatch(GROUP, (group) => group + group),
  manyGroups: changeMatch(GROUP, (group, { below }) => group.repeat(below(LONG))),
  swapGroups: changeMatch(/(\([^()]*\))(\([^()]*\))/g, (pair) => pair.replace(/(\(.*?\))(\(.*\))/s, '$2$1')),
  emptyGroup: inGroup(() => ''),
  dropBracket: changeMatch(/[()]/g, () => ''),
  addBracket: changeMatch(/[()]/g, (bracket, { oneOf }) => bracket + oneOf(['(', ')'])),
  otherUnit: changeMatch(UNIT, (_, { oneOf }) => `*${oneOf(UNITS)}`),
  dropUnit: changeMatch(UNIT, () => ''),
  glueUnit: changeMatch(UNIT, (unit) => unit.slice(1)),
  sign: changeMatch(/(?<=\()(?=\d)/g, (_, { oneOf }) => oneOf(['-', '+', '--', ' '])),
  comma: changeMatch(/\.(?=\d+[*)])/g, () => ','),
  longNumber: changeMatch(NUMBER, (_, chance) => digits(chance, chance.below(LONG))),
  otherDigits: changeMatch(NUMBER, (number, chance) => digits(chance, number.length)),
  moreDecimals: changeMatch(NUMBER, (number, chance) => `${number}.${digits(chance, chance.below(20))}`),
  count: inGroup(({ oneOf }) => oneOf(COUNTS)),
  otherStamp: changeMatch(STAMP, (_, { oneOf }) => oneOf(STAMPS)),
  wildStamp: changeMatch(STAMP, (_, chance) => digits(chance, 12) + chance.oneOf(['S', 'W', 'T', ''])),
  cosemStamp: changeMatch(STAMP, (_, chance) => `07E${hex(chance, 21)}`),
  otherSeason: changeMatch(/(?<=\d)[SW]/g, (letter) => (letter === 'S' ? 'W' : 'S')),
  hexText: inGroup((chance) => hex(chance, chance.below(100))),
  rawText: inGroup(({ oneOf }) => oneOf(TEXTS)),
  filler: inGroup(({ below }) => '\xff'.repeat(below(LONG))),
  name: inGroup(({ oneOf }) => oneOf(NAMES)),
  nameAsReference: changeMatch(REFERENCE, (_, { oneOf }) => oneOf(NAMES)),
  otherReference: changeMatch(REFERENCE, (_, { oneOf }) => oneOf(REFERENCES)),
  otherChannel: changeMatch(/^0-\d/g, (_, { below }) => `0-${below(6)}`),
  misprintedColon: changeMatch(/(?<=:\d+)\./g, () => ':'),
  lastGroup: changeMatch(/(?<=^[^(]+)(?=\()/g, (_, { oneOf }) => oneOf(['*255', '.255', '*7', '.256', ' '])),
  hugeReference: changeMatch(/\d+/g, (_, { oneOf }) => oneOf(['256', '999', '00001', ''])),
  otherDevice: (lines, { below, oneOf }) => [...lines, `0-${1 + below(4)}:24.1.0(${oneOf(COUNTS)})`],
  otherHeader: (lines, { oneOf }) => at(lines, 0, oneOf(['/KAM5', '/HLY5/D545', '/NWA-W', '/GRE5\\\\253', '/', '/5'])),
  noEmptyLine: (lines) => (lines[1] === '' ? at(lines, 1) : lines),
};
