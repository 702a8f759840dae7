import { fieldsAt } from '../../reading/reading.ts';
import type { Context } from '../../reading/time.ts';
import { lineFault } from './line-fault.ts';
import { entriesOf, linesOf, type Entry, type Line } from './lines.ts';
import { valueFault } from './value-fault.ts';

/** Something about a text that no meter prints, and the bytes, counted from its first, where that shows. */
export interface Fault {
  readonly places: readonly number[];
  readonly what: string;
}

/** What stands out in the text of a telegram, in its order. Damage that leaves every line well-formed is not found. */
export function findFaults(text: Buffer, context: Context): Fault[] {
  const lines = linesOf(text);
  return [...headerFaults(lines), ...entriesOf(lines).flatMap((entry) => entryFaults(entry, context))];
}

function headerFaults([header, second]: readonly Line[]): Fault[] {
  if (header === undefined || second === undefined) return [];
  const isBlank = second.text === '';
  const end = header.at + header.text.length;
  return [
    ...strangeBytes(header, ANY_BUT_ASCII),
    ...(isBlank ? [] : [{ places: [end], what: 'the empty line behind the header is missing' }]),
  ];
}

function entryFaults(entry: Entry, context: Context): Fault[] {
  const { object, lines, unreadable } = entry;
  const broken = unreadable[0]?.at ?? Infinity;
  const fields = object === undefined ? [] : fieldsAt(object.obis);
  const strange = fields.some(({ kind }) => kind === 'text') ? CONTROL : ANY_BUT_ASCII;
  const found = lines.flatMap((line) => (line.at >= broken ? brokenLine(line) : strangeBytes(line, strange)));
  return found.length > 0 || fields.length === 0 ? found : oddValue(entry, context);
}

function brokenLine({ at, text }: Line): Fault[] {
  const { column, what } = lineFault(text);
  return [{ places: [at + column], what }];
}

/** In lines that are well-formed. */
function oddValue({ object, lines: [line] }: Entry, context: Context): Fault[] {
  const fault = object && line && valueFault(line.text, object, context);
  return fault ? [{ places: [line.at + fault.column], what: fault.what }] : [];
}

const ANY_BUT_ASCII = /[^ -~]/g;
/** Texts may be filled up with 0xFF. */
const CONTROL = /[\0-\x1f\x7f]/g;

function strangeBytes({ at, text }: Line, strange: RegExp): Fault[] {
  const places = [...text.matchAll(strange)].map(({ index }) => at + index);
  return places.length === 0 ? [] : [{ places, what: 'a byte that no meter prints here' }];
}
