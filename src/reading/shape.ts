import { isDeepStrictEqual } from 'node:util';
import { MARK, SLASH } from '../telegram/characters.ts';
import type { CosemObject } from '../telegram/cosem.ts';
import { endMark } from '../telegram/end-mark.ts';
import type { Reading } from './reading.ts';
import { findSlots, readSlot, type Digits, type Slot } from './slots.ts';
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
  /** What must stand there, four bytes a word, and which bits of it: all, but of a digit the upper four. */
  readonly #expected: Int32Array;
  readonly #mask: Int32Array;

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
    this.#expected = wordsOf(text);
    this.#mask = wordsOf(maskOf(text, slots));
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
    const words = loadWords(raw, this.#end);
    const expected = this.#expected;
    const mask = this.#mask;
    let wrong = 0;
    for (let at = 0; at < expected.length; at++) {
      const word = words[at] as number;
      const kept = mask[at] as number;
      // In the four bits of a digit, six more than nine is sixteen: the fifth bit.
      wrong |= ((word ^ (expected[at] as number)) & kept) | (((word & ~kept) + SIXES) & FIFTH_BITS);
    }
    return wrong === 0;
  }
}

const CHANNELS = [1, 2, 3, 4];
const POINT = 0x2e;
const SIXES = 0x06060606;
const FIFTH_BITS = 0x10101010;

/** The bytes of the telegram at hand; aligned, which those of a telegram need not be. */
const WORDS = new Int32Array(LONGEST_SHAPE / 4);
const BYTES = Buffer.from(WORDS.buffer);

/** The first `length` bytes, filled up with zeros to a whole word. */
function loadWords(bytes: Buffer, length: number): Int32Array {
  BYTES.set(bytes);
  for (let at = length; at % 4 !== 0; at++) BYTES[at] = 0;
  return WORDS;
}

function wordsOf(bytes: Buffer): Int32Array {
  return loadWords(bytes, bytes.length).slice(0, Math.ceil(bytes.length / 4));
}

/** A copy of the values of each channel. */
function copyEach<T extends object>(values: Readonly<Record<number, T>>): Record<number, T> {
  const copy: Record<number, T> = { ...values };
  for (const channel of CHANNELS) {
    const one = copy[channel];
    if (one !== undefined) copy[channel] = { ...one };
  }
  return copy;
}

function digitsOf({ stamp, number }: Slot): Digits[] {
  return [stamp?.digits, number].filter((digits) => digits !== undefined);
}

function maskOf(text: Buffer, slots: readonly Slot[]): Buffer {
  const mask = Buffer.alloc(text.length, 0xff);
  for (const { from, to } of slots.flatMap(digitsOf)) {
    for (let at = from; at < to; at++) if (text[at] !== POINT) mask[at] = 0xf0;
  }
  return mask;
}
