import { isDeepStrictEqual } from 'node:util';
import { MARK, SLASH } from '../telegram/characters.ts';
import type { CosemObject } from '../telegram/cosem.ts';
import { endMark } from '../telegram/end-mark.ts';
import type { MbusValues } from './fields.ts';
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
  readonly #channels: readonly Channel[];
  /** Those of the meter; each device has its own. */
  readonly #slots: readonly Slot[];
  /** Place behind the `!`. */
  readonly #end: number;
  /** The telegram up to there, with zeros for the digits that may differ. */
  readonly #expected: Buffer;
  /** Where in it these digits are, four bytes at a time: the places of such words, and the low halves of the digits in each. */
  readonly #places: Int16Array;
  readonly #digits: Int32Array;

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
    this.#reading = { meter: { ...reading.meter }, mbus: { ...reading.mbus }, unread: reading.unread };
    this.#channels = Object.entries(reading.mbus).map(([channel, values]) => channelOf(Number(channel), values, slots));
    this.#slots = slots.filter(({ channel }) => channel === undefined);
    this.#end = text.length;
    const digits = placesOf(slots, text);
    const words = wordsOf(digits);
    this.#expected = Buffer.from(text);
    for (const place of digits) this.#expected[place] = ZERO;
    this.#places = Int16Array.from(words.keys());
    this.#digits = Int32Array.from(words.values());
  }

  /** The reading of a telegram of the same length; undefined where it has another shape. */
  read(raw: Buffer): Reading | undefined {
    if (!this.#fits(raw)) return undefined;
    const text = raw.toString('latin1', 0, this.#end);
    const meter = readSlots({ ...this.#reading.meter }, this.#slots, text);
    const mbus: Record<number, MbusValues> = { ...this.#reading.mbus };
    for (const { channel, values, slots } of this.#channels) mbus[channel] = readSlots({ ...values }, slots, text);
    return { meter, mbus, unread: this.#reading.unread };
  }

  /** Whether the bytes are those expected, and digits where those are; behind the `!` stands no other. */
  #fits(raw: Buffer): boolean {
    for (let at = this.#end; at < raw.length; at++) if (raw[at] === MARK) return false;
    BYTES.set(raw);
    const words = WORDS;
    const places = this.#places;
    let above = 0;
    for (let index = 0; index < places.length; index++) {
      const place = places[index] as number;
      const word = words[place] as number;
      const digits = this.#digits[index] as number;
      above |= (word & digits) + UP_TO_NINE;
      words[place] = word & ~digits;
    }
    return (above & HIGH_HALVES) === 0 && BYTES.compare(this.#expected, 0, this.#end, 0, this.#end) === 0;
  }
}

/** What a device on an M-Bus channel says, and the slots in it. */
interface Channel {
  readonly channel: number;
  readonly values: MbusValues;
  readonly slots: readonly Slot[];
}

const ZERO = 0x30;
const POINT = 0x2e;
const LOW_HALF = 0x0f;
/** Of each byte of a word: what a digit can be added to without reaching the high half. */
const UP_TO_NINE = 0x06060606;
const HIGH_HALVES = 0xf0f0f0f0 | 0;
const WORDS = new Int32Array(LONGEST_SHAPE / 4);
const BYTES = Buffer.from(WORDS.buffer);

function channelOf(channel: number, values: MbusValues, slots: readonly Slot[]): Channel {
  return { channel, values: { ...values }, slots: slots.filter((slot) => slot.channel === channel) };
}

function readSlots(values: Record<string, unknown>, slots: readonly Slot[], text: string) {
  for (const slot of slots) values[slot.name] = readSlot(slot, text);
  return values;
}

/** The low halves of the bytes at these places, by the words that they are in. */
function wordsOf(places: readonly number[]): Map<number, number> {
  const words = new Map<number, number>();
  for (const place of places) words.set(place >> 2, (words.get(place >> 2) ?? 0) | (LOW_HALF << (8 * (place % 4))));
  return words;
}

function placesOf(slots: readonly Slot[], text: Buffer): number[] {
  const spans = slots.flatMap(({ stamp, number }) => [stamp?.digits, number].filter((digits) => digits !== undefined));
  const places = spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index));
  return places.filter((place) => text[place] !== POINT);
}
