import { readGlued } from '../reading/quantity.ts';
import { parseCosem, type CosemObject, type CosemText } from './cosem.ts';
import { readCounter, type Counter } from './counters.ts';
import type { Telegram } from './telegram.ts';

/** What is remembered of a telegram to hold the next one of the same meter against. */
export interface Snapshot {
  /** When it was received, milliseconds. */
  readonly atMs: number;
  readonly ending: Ending;
  /** All of them, but for those behind it. */
  readonly lineEnds: string;
  /** Its header and the identifiers of its devices. */
  readonly identity: string;
  /** By OBIS reference: each of its values. */
  readonly prints: ReadonlyMap<string, readonly Print[]>;
  readonly counters: ReadonlyMap<string, Counter>;
}

/** What a telegram ends with: a CRC16, a bare `!`, or nothing at all. */
export type Ending = 'checksum' | 'mark' | 'nothing';

/** How a value is printed: what stays as it is from one telegram to the next. */
export interface Print {
  /** `5.3`: digits before and behind the point, or comma; `empty`; `text`; undefined for hexadecimal digits, be it what it may. */
  readonly format: string | undefined;
  /** Whether it keeps its width: codes, stamps and counts do, and what zeros fill up; `9.8*kW` may become `10.5*kW`. */
  readonly isFixed: boolean;
  readonly isNegative: boolean;
  /** The unit, or the OBIS reference that the value is. */
  readonly constant: string | undefined;
}

/** Powers, currents, voltages and counters. */
export const MEASURED = /(?:^|:)\d+\.[78]\.\d+$/;

/** Of a telegram that came at `atMs` and is cut into `text`. */
export function snapshotOf(raw: Buffer, text: CosemText, ending: Ending, atMs: number): Snapshot {
  const { objects } = text;
  const counters = objects.flatMap((object) => {
    const counter = readCounter(object);
    return counter === undefined ? [] : [[object.obis, counter] as const];
  });
  return {
    atMs,
    ending,
    lineEnds: raw.toString('latin1').trimEnd().replaceAll(NO_LINE_ENDS, ''),
    identity: identityOf(text),
    prints: new Map(objects.map(printsOf)),
    counters: new Map(counters),
  };
}

/** Of a telegram that was accepted. */
export function snapshotOfTelegram({ raw, checksum, receivedAt }: Telegram): Snapshot {
  const text = parseCosem(raw);
  const bare = text.isMarked ? 'mark' : 'nothing';
  return snapshotOf(raw, text, checksum === 'absent' ? bare : 'checksum', receivedAt.getTime());
}

const NO_LINE_ENDS = /[^\r\n]/g;
const NUMBER = /^([+-]?)(\d+)(?:([.,])(\d*))?(\*.*)?$/s;
/** Its unit follows at once, without the `*`. */
const GLUED = /^([+-]?)(\d+)(?:([.,])(\d*))?( *[a-z].*)$/is;
const HEX_DIGITS = /^[\dA-F]+$/i;
const REFERENCE = /^\d+(?:-\d+)?:[\d.]+$/;
const IDENTIFIER = /:96\.1\.\d+$/;

function identityOf({ header, objects }: CosemText): string {
  const identifiers = objects.filter(({ obis }) => IDENTIFIER.test(obis));
  return JSON.stringify([header, ...identifiers.map(({ groups }) => groups)]);
}

function printsOf({ obis, groups }: CosemObject): readonly [string, readonly Print[]] {
  const isMeasured = MEASURED.test(obis);
  return [obis, groups.map((group) => printOf(group, isMeasured && readGlued(group) !== undefined ? GLUED : NUMBER))];
}

function printOf(group: string, form: RegExp): Print {
  const [number, sign, whole = '', point = '', fraction = '', unit] = form.exec(group) ?? [];
  const isCode = number !== undefined && point === '' && unit === undefined;
  return {
    format: number === undefined ? wordFor(group) : `${whole.length}${point}${fraction.length}`,
    isFixed: isCode || /^0\d/.test(whole),
    isNegative: sign === '-',
    constant: REFERENCE.test(group) ? group : unit,
  };
}

function wordFor(group: string): string | undefined {
  if (group === '') return 'empty';
  return HEX_DIGITS.test(group) ? undefined : 'text';
}
