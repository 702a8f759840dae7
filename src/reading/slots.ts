import type { CosemObject } from '../telegram/cosem.ts';
import type { Quantity } from './quantity.ts';
import { claimOf, type Claim } from './reading.ts';
import { surplusOf } from './surplus.ts';
import { printOrNull, readStamp, type Context, type Site } from './time.ts';
import type { Kind } from './values.ts';

/** A value that stands at the same place in all telegrams of a shape, and differs in its digits only: a number, a time, or both. */
export interface Slot {
  readonly name: string;
  /** Of an M-Bus device; undefined for the meter. */
  readonly channel: number | undefined;
  readonly stamp: Stamp | undefined;
  readonly number: Digits | undefined;
  readonly unit: string | undefined;
}

/** Where digits stand, with or without a point among them. */
interface Digits {
  readonly from: number;
  /** Behind the last one. */
  readonly to: number;
  /** The one before the point. */
  readonly lastWhole: number;
}

/**
 * The slots of a telegram's text: lines that are printed in the usual way, where no other object has a say in the value.
 * `objects` are those of the text.
 */
export function findSlots(text: string, objects: readonly CosemObject[], context: Context): Slot[] {
  const claims = soleClaims(objects, context);
  return [...text.matchAll(LINE)].flatMap(({ groups: { obis = '' } = {}, indices }) => {
    const claim = claims.get(obis);
    const { stamp, number } = indices?.groups ?? {};
    if (claim === undefined || !isSlot(claim, stamp, number)) return [];
    return [
      {
        name: claim.name,
        channel: claim.channel,
        stamp: stamp && new Stamp(text, stamp, context.site),
        number: number && digitsAt(text, number),
        unit: number && (claim.value as Quantity).unit,
      },
    ];
  });
}

/** The value of a slot in a telegram and the same as text. */
export function readSlot({ stamp, number, unit }: Slot, raw: Buffer, text: string): unknown {
  if (number === undefined) return stamp?.read(text);
  let first = number.from;
  while (first < number.lastWhole && raw[first] === ZERO) first++;
  const value = text.slice(first, number.to);
  return stamp === undefined ? { value, unit } : { time: stamp.read(text), value, unit };
}

/** A time, `YYMMDDhhmmssX`. The last one is remembered: most devices report once in many telegrams. */
class Stamp {
  readonly digits: Digits;
  readonly #letter: string;
  readonly #site: Site;
  #last = '';
  #time: string | null = null;

  constructor(text: string, span: Span, site: Site) {
    this.digits = digitsAt(text, span);
    this.#letter = text.charAt(this.digits.to);
    this.#site = site;
  }

  read(text: string): string | null {
    const digits = text.slice(this.digits.from, this.digits.to);
    if (digits === this.#last) return this.#time;
    this.#last = digits;
    return (this.#time = printOrNull(readStamp(digits + this.#letter, this.#site)));
  }
}

type Span = readonly [from: number, to: number];

const ZERO = 0x30;

/** One object a line: its reference, then a time, a number, or both. */
const LINE =
  /^(?<obis>\d+-\d+:\d+\.\d+\.\d+)(?:\((?<stamp>\d{12})[SW]\))?(?:\((?<number>\d+(?:\.\d+)?)(?:\*\w+)?\))?\r?$/dgm;

/** What is read from the number and the time of a line, and from nothing else. */
const FORMS: Partial<Record<Kind, string>> = {
  time: 'stamp',
  quantity: 'number',
  capture: 'stamp number',
  volume: 'stamp number',
  peak: 'stamp number',
};

function isSlot({ field: { kind }, value }: Claim, stamp: Span | undefined, number: Span | undefined): boolean {
  const form = [stamp && 'stamp', number && 'number'].filter(Boolean).join(' ');
  return FORMS[kind] === form && (number === undefined || (value as Quantity).printed === undefined);
}

function digitsAt(text: string, [from, to]: Span): Digits {
  const point = text.slice(from, to).indexOf('.');
  return { from, to, lastWhole: (point < 0 ? to : from + point) - 1 };
}

/** How each object is read, by its reference, but for those that share their field or have more values than it takes. */
function soleClaims(objects: readonly CosemObject[], context: Context): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  const owners = new Map<string, string>();
  for (const object of objects) {
    const claim = claimOf(object, context);
    if (claim === undefined) continue;
    const owner = owners.get(claim.key);
    const isSole = owner === undefined && surplusOf(claim.field.kind, object.groups).length === 0;
    if (isSole) claims.set(object.obis, claim);
    else if (owner !== undefined) claims.delete(owner);
    owners.set(claim.key, owner ?? object.obis);
  }
  return claims;
}
