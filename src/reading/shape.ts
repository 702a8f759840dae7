import { isDeepStrictEqual } from 'node:util';
import { MARK, SLASH } from '../telegram/characters.ts';
import type { CosemObject } from '../telegram/cosem.ts';
import { endMark } from '../telegram/end-mark.ts';
import type { Reading } from './reading.ts';
import { findSlots, readSlot, type Slot } from './slots.ts';
import type { Context } from './time.ts';

/** Bytes of the longest telegram whose shape is kept. */
const LONGEST_SHAPE = 4_096;

/**
 * What telegrams of one meter have in common: they are equal but for the digits of some values, the slots. One that has the
 * shape needs no second look at what it is made of: each value stands where it stood before.
 */
export class Shape {
  /** The reading that it was made from, copied: V8 copies a copy a hundred times as fast as what was put together bit by bit. */
  readonly #reading: Reading;
  readonly #slots: readonly Slot[];
  /** Place behind the `!`. */
  readonly #end: number;
  /** Places of the digits that may differ. */
  readonly #digits: Int16Array;
  /** The telegram up to there, with zeros for these digits. */
  readonly #expected: Buffer;

  /**
   * The shape of a telegram, from the objects in it and what was read from them; undefined where it is none to go by.
   * What is read by the time of reception must not be among them.
   */
  static of(raw: Buffer, objects: readonly CosemObject[], reading: Reading, context: Context): Shape | undefined {
    const mark = endMark(raw);
    if (mark === undefined || raw[0] !== SLASH || raw.length > LONGEST_SHAPE) return undefined;
    const text = raw.subarray(0, mark + 1);
    const shape = new Shape(text, reading, findSlots(text.toString('latin1'), objects, context));
    return isDeepStrictEqual(shape.read(raw), reading) ? shape : undefined;
  }

  private constructor(text: Buffer, reading: Reading, slots: readonly Slot[]) {
    this.#reading = { ...reading, meter: { ...reading.meter }, mbus: copyEach(reading.mbus) };
    this.#slots = slots;
    this.#end = text.length;
    this.#digits = Int16Array.from(placesOf(slots, text));
    this.#expected = Buffer.from(text);
    for (const place of this.#digits) this.#expected[place] = ZERO;
  }

  /** The reading of a telegram of the same length; undefined where it has another shape. */
  read(raw: Buffer): Reading | undefined {
    if (!this.#fits(raw) || raw.includes(MARK, this.#end)) return undefined;
    const text = raw.toString('latin1', 0, this.#end);
    const meter: Record<string, unknown> = { ...this.#reading.meter };
    const mbus: Record<number, Record<string, unknown>> = copyEach(this.#reading.mbus);
    for (const slot of this.#slots) {
      const values = slot.channel === undefined ? meter : mbus[slot.channel];
      if (values !== undefined) values[slot.name] = readSlot(slot, raw, text);
    }
    return { meter, mbus, unread: this.#reading.unread };
  }

  /** Whether the bytes are those expected, and digits where those are. */
  #fits(raw: Buffer): boolean {
    const digits = this.#digits;
    SCRATCH.set(raw);
    for (let index = 0; index < digits.length; index++) {
      const place = digits[index] as number;
      const value = (SCRATCH[place] as number) - ZERO;
      if (value < 0 || value > 9) return false;
      SCRATCH[place] = ZERO;
    }
    return SCRATCH.compare(this.#expected, 0, this.#end, 0, this.#end) === 0;
  }
}

const CHANNELS = [1, 2, 3, 4];
const ZERO = 0x30;
const POINT = 0x2e;
const SCRATCH = Buffer.alloc(LONGEST_SHAPE);

/** A copy of the values of each channel. */
function copyEach<T extends object>(values: Readonly<Record<number, T>>): Record<number, T> {
  const copy: Record<number, T> = { ...values };
  for (const channel of CHANNELS) {
    const one = copy[channel];
    if (one !== undefined) copy[channel] = { ...one };
  }
  return copy;
}

function placesOf(slots: readonly Slot[], text: Buffer): number[] {
  const spans = slots.flatMap(({ stamp, number }) => [stamp?.digits, number].filter((digits) => digits !== undefined));
  const places = spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index));
  return places.filter((place) => text[place] !== POINT);
}
