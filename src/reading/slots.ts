import type { CosemObject } from '../telegram/cosem.ts';
import type { Quantity } from './quantity.ts';
import { claimOf, type Claim, type Place } from './reading.ts';
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
        name: claim.place.name,
        channel: claim.place.channel,
        stamp: stamp && new Stamp(text, stamp, context.site),
        number: number && digitsAt(text, number),
        unit: number && (claim.value as Quantity).unit,
      },
    ];
  });
}

/** The value of a slot in a telegram's text. */
export function readSlot({ stamp, number, unit }: Slot, text: string): unknown {
  if (number === undefined) return stamp?.read(text);
  let first = number.from;
  while (first < number.lastWhole && text.charCodeAt(first) === ZERO) first++;
  const value = text.slice(first, number.to);
  return stamp === undefined ? { value, unit } : { time: stamp.read(text), value, unit };
}

/**
 * A time, `YYMMDDhhmmssX`. The last one is remembered, for most devices report once in many telegrams, and what its minute looks
 * like, for a clock mostly tells another second of it.
 */
class Stamp {
  readonly digits: Digits;
  readonly #letter: string;
  readonly #site: Site;
  #last = '';
  #time: string | null = null;
  #minute: string | undefined;
  /** What is printed in front of the seconds of that minute, and behind them. */
  #head = '';
  #tail = '';

  constructor(text: string, span: Span, site: Site) {
    this.digits = digitsAt(text, span);
    this.#letter = text.charAt(this.digits.to);
    this.#site = site;
  }

  read(text: string): string | null {
    const digits = text.slice(this.digits.from, this.digits.to);
    if (digits !== this.#last) {
      this.#last = digits;
      this.#time = this.#readAnother(digits.slice(0, -2), digits.slice(-2));
    }
    return this.#time;
  }

  #readAnother(minute: string, seconds: string): string | null {
    if (minute === this.#minute && seconds < '60') return this.#head + seconds + this.#tail;
    const time = printOrNull(readStamp(minute + seconds + this.#letter, this.#site));
    this.#minute = time === null ? undefined : minute;
    this.#head = time?.slice(0, MINUTE_LENGTH) ?? '';
    this.#tail = time?.slice(MINUTE_LENGTH + seconds.length) ?? '';
    return time;
  }
}

const MINUTE_LENGTH = 'YYYY-MM-DDThh:mm:'.length;

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

function isSlot({ place, value }: Claim, stamp: Span | undefined, number: Span | undefined): boolean {
  const form = [stamp && 'stamp', number && 'number'].filter(Boolean).join(' ');
  return FORMS[place.field.kind] === form && (number === undefined || (value as Quantity).printed === undefined);
}

function digitsAt(text: string, [from, to]: Span): Digits {
  const point = text.slice(from, to).indexOf('.');
  return { from, to, lastWhole: (point < 0 ? to : from + point) - 1 };
}

/** How each object is read, by its reference, but for those that share their field or have more values than it takes. */
function soleClaims(objects: readonly CosemObject[], context: Context): Map<string, Claim> {
  const claims = new Map<string, Claim>();
  const owners = new Map<Place, string>();
  for (const object of objects) {
    const claim = claimOf(object, context);
    if (claim === undefined) continue;
    const owner = owners.get(claim.place);
    const isSole = owner === undefined && surplusOf(claim.place.field.kind, object.groups).length === 0;
    if (isSole) claims.set(object.obis, claim);
    else if (owner !== undefined) claims.delete(owner);
    owners.set(claim.place, owner ?? object.obis);
  }
  return claims;
}
