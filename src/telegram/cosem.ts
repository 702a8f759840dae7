import { endMark } from './end-mark.ts';

/**
 * One object of a telegram: its OBIS reference as `A-B:C.D.E`, without leading zeros, and its value groups: what stood
 * between each pair of brackets, as printed (Latin-1).
 */
export interface CosemObject {
  readonly obis: string;
  readonly groups: readonly string[];
}

/** A telegram's text, cut into its objects. Nothing is interpreted yet, and nothing is dropped. */
export interface CosemText {
  /** The first line without its `/`. */
  readonly header: string;
  /** Whether the empty line that the specification wants behind the header is there. */
  readonly blankLine: boolean;
  /** Whether a `!` ends it. */
  readonly isMarked: boolean;
  /** In the order printed; a reference may occur twice. */
  readonly objects: readonly CosemObject[];
  /** Lines that are no COSEM object. */
  readonly unreadable: readonly string[];
}

/**
 * Cuts a telegram into COSEM objects. Takes what meters print beside the specification's `A-B:C.D.E(value*unit)`: a last
 * group of `*255` or `.255`, `:` for `.`, values on lines of their own. One bad line costs that line alone.
 * Source of the grammar: DSMR P1 Companion Standard 5.0.2 §6, IEC 62056-21 §6.3; the variants are from field telegrams.
 */
export function parseCosem(telegram: Buffer): CosemText {
  const text = telegram.toString('latin1');
  const mark = endMark(telegram);
  const lines = text.slice(text.indexOf('/') + 1, mark).split(LINE_END);
  const objects: OpenObject[] = [];
  const unreadable: string[] = [];
  let above: OpenObject | undefined;
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    const object = readLine(line, above);
    if (object === undefined) unreadable.push(line);
    else if (object !== above) objects.push(object);
    above = object;
  }
  const blankLine = lines[1] === '' && lines.length > 2;
  return { header: lines[0] ?? '', blankLine, isMarked: mark !== undefined, objects, unreadable };
}

interface OpenObject {
  readonly obis: string;
  readonly groups: string[];
}

const LINE_END = /\r\n|\n|\r/;
const OBIS_REFERENCE = /^ *(?:(\d{1,3})-(\d{1,3}):)?(\d{1,3})[.:](\d{1,3})(?:[.:](\d{1,3}))?(?:[*.](\d{1,3}))? *$/;
/** As nearly all are printed: nothing is to be put right in such a one. */
const USUAL_REFERENCE = /^\d-\d:(?:0|[1-9]\d?)\.(?:0|[1-9]\d?)\.(?:0|[1-9]\d?)$/;
const BLANKS = /^ *$/;
const LONGEST_REFERENCE = 'AAA-BBB:CCC.DDD.EEE*FFF'.length;
const NOT_USED = 255;

/**
 * The object that the line begins, or that it goes on with: a line that begins with a value belongs to the one above it, as
 * DSMR 2.2 and 3.0 print gas. Undefined where it is neither; what goes on with such a line is not read either.
 */
function readLine(line: string, above: OpenObject | undefined): OpenObject | undefined {
  const bracket = line.indexOf('(');
  const reference = bracket < 0 ? line : line.slice(0, bracket);
  const groups = bracket < 0 ? [] : readGroups(line, bracket);
  if (groups === undefined) return undefined;
  if (bracket === 0) {
    for (const group of groups) above?.groups.push(group);
    return above;
  }
  const obis = readReference(reference);
  return obis === undefined ? undefined : { obis, groups };
}

/** The texts between the brackets from `from` on; undefined where brackets do not pair or something stands outside them. */
function readGroups(line: string, from: number): string[] | undefined {
  const groups: string[] = [];
  for (let open = from; open < line.length;) {
    if (line[open] !== '(') return BLANKS.test(line.slice(open)) ? groups : undefined;
    const close = line.indexOf(')', open);
    if (close < 0) return undefined;
    groups.push(line.slice(open + 1, close));
    if (groups.at(-1)?.includes('(')) return undefined;
    open = close + 1;
  }
  return groups;
}

function readReference(printed: string): string | undefined {
  if (USUAL_REFERENCE.test(printed)) return printed;
  const parts = printed.length > LONGEST_REFERENCE ? null : OBIS_REFERENCE.exec(printed);
  if (parts === null) return undefined;
  const [a, b, c, d, e, f] = parts.slice(1).map((part: string | undefined) => part && Number(part)) as (
    number | undefined
  )[];
  if ([a, b, c, d, e, f].some((part) => part !== undefined && part > 255)) return undefined;
  const medium = a === undefined ? '' : `${a}-${b}:`;
  const tariff = e === undefined ? '' : `.${e}`;
  const billing = f === undefined || f === NOT_USED ? '' : `*${f}`;
  return `${medium}${c}.${d}${tariff}${billing}`;
}
