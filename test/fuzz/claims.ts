import { isDeepStrictEqual } from 'node:util';
import { gasMeter } from '../../src/reading/gas-meter.ts';
import { MBUS_FIELDS, METER_FIELDS } from '../../src/reading/fields.ts';
import { Reader } from '../../src/reading/reader.ts';
import { parseReading } from '../../src/reading/reading.ts';
import type { Found } from '../../src/telegram/framer.ts';
import { naiveCrc16, printCrc } from '../support/telegrams.ts';
import { validate } from '../support/dsmr-reader/serializer.ts';
import { frame, subjectOf, type Parsed, type Subject } from './subject.ts';

/** What must be so of any bytes: gives what is not so, as one line; undefined where all is well. */
type Claim = (subject: Subject) => string | undefined;

/** A claim that must hold of each telegram by itself. */
const ofEach =
  (claim: (parsed: Parsed) => string | undefined): Claim =>
  ({ parsed }) => {
    for (const one of parsed) {
      const complaint = claim(one);
      if (complaint !== undefined) return complaint;
    }
    return undefined;
  };

/** By name. That nothing throws is the first claim of all: `examine` holds it. */
const CLAIMS: Readonly<Record<string, Claim>> = {
  'chunks-do-not-matter': ({ bytes, strict, lax }) => {
    const sevens = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, at) => bytes.subarray(7 * at, 7 * at + 7));
    const isSame =
      printAll(frame(sevens, 'absent')) === printAll(lax) && printAll(frame(sevens, 'required')) === printAll(strict);
    return isSame ? undefined : 'chunks of seven bytes give something else';
  },
  'only-what-came': ({ bytes, strict, lax }) => {
    for (const { raw, offset } of [...strict, ...lax].filter(({ encryption }) => encryption === undefined)) {
      const came = bytes.subarray(offset, offset + raw.length);
      const same = raw.equals(came) || raw.equals(Buffer.from(came.map((byte) => byte & 0x7f)));
      if (!same) return `the ${raw.length} bytes at ${offset} came out as others`;
    }
    return undefined;
  },
  'the-checksum-fits': ({ strict }) => {
    for (const found of strict) {
      if (!('checksum' in found) || found.checksum === 'repaired' || found.raw.toString('latin1', 0, 4) === '/HLY')
        continue;
      const end = found.raw.lastIndexOf('!') + 1;
      const printed = Number.parseInt(found.raw.toString('latin1', end, end + 4), 16);
      const computed = naiveCrc16(found.raw.subarray(0, end));
      if (printed !== computed) return `${printCrc(printed)} is printed, ${printCrc(computed)} is right`;
    }
    return undefined;
  },
  'every-line-is-kept': ofEach(({ telegram: { raw }, text: { objects, unreadable } }) => {
    const lines = linesUpToMark(raw);
    const groups = objects.flatMap(({ groups: values }) => values);
    const kept = [...groups];
    const left = [...unreadable];
    for (const line of lines.filter((text) => !take(left, text))) {
      for (const [, group = ''] of line.matchAll(/\(([^()]*)\)/g)) {
        if (!take(kept, group)) return `a value of ${group.length} characters is in no object and in no line`;
      }
    }
    return undefined;
  }),
  'every-object-is-read-or-unread': ofEach(({ text: { objects }, reading: { meter, mbus, unread } }) => {
    const times = new Map<string, number>();
    for (const object of objects) {
      if (unread.includes(object) || object.groups.every((group) => group.trim() === '')) continue;
      const names = namesOf(object.obis);
      if (names.length === 0) return `${object.obis} is of no field, and not unread`;
      const [, channel = ''] = /^0-(\d):/.exec(object.obis) ?? [];
      const values: object = { ...meter, ...mbus[Number(channel)] };
      const isFiller = object.groups.every((group) => /^(?:[\0\xff ]*|(?:20)*)$/.test(group));
      if (isFiller) continue;
      if (!names.some((name) => Object.hasOwn(values, name))) return `${object.obis} is nowhere`;
      times.set(object.obis, (times.get(object.obis) ?? 0) + 1);
      if (times.get(object.obis)! > names.length) return `${object.obis} is read twice, and not unread`;
    }
    return undefined;
  }),
  'digits-stay': ofEach(({ telegram: { raw }, reading, described, body }) => {
    const printed = new Set((raw.toString('latin1').match(/\d+(?:[.,]\d+)?/g) ?? []).map(digitsOf));
    for (const { key, value } of entriesOf({ reading, described })) {
      if (key !== 'value' || typeof value !== 'string') continue;
      if (!NUMBER.test(value)) return `${value.slice(0, 40)} is no number`;
      if (!printed.has(digitsOf(value))) return `${value.slice(0, 40)} was not printed`;
    }
    const all = [...printed];
    for (const [name, value] of Object.entries(body ?? {}).filter(([field]) => !field.endsWith('timestamp'))) {
      if (isSum(name, reading.meter)) continue;
      const digits = digitsOf(String(value));
      if (!all.some((print) => print.startsWith(digits))) return `${name} is ${String(value)}, which was not printed`;
    }
    return undefined;
  }),
  'times-are-times': ofEach(({ reading, described, body }) => {
    for (const { key, value } of entriesOf({ reading, described, body })) {
      if (!TIMES.has(key) || value === null) continue;
      if (typeof value !== 'string' || !RFC_3339.test(value) || Number.isNaN(Date.parse(value))) {
        return `${key} is ${JSON.stringify(value).slice(0, 60)}`;
      }
    }
    return undefined;
  }),
  'names-are-ours': ofEach(({ reading, described }) => {
    for (const name of Object.keys(reading.meter)) if (!Object.hasOwn(METER_FIELDS, name)) return `a field ${name}`;
    for (const { key, value } of entriesOf({ reading, described })) {
      if (STRANGE.has(key)) return `a key ${key}`;
      const prototype: unknown = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
      if (prototype !== undefined && prototype !== Object.prototype && prototype !== Array.prototype) {
        return `${key} has a prototype of its own`;
      }
    }
    return undefined;
  }),
  'output-is-bounded': ofEach(({ telegram: { raw }, decoded, explained, body }) => {
    const length = decoded.length + explained.length + JSON.stringify(body ?? {}).length;
    return length <= 300 * raw.length + 2_000 ? undefined : `${raw.length} bytes became ${length} characters`;
  }),
  'a-terminal-obeys-nothing': ofEach(({ decoded, explained }) => {
    const [found] = /[^\n -~]/.exec(explained) ?? /[\0-\x09\x0b-\x1f]/.exec(decoded) ?? [];
    return found && `character ${found.charCodeAt(0)} is printed`;
  }),
  'a-reader-learns-right': ofEach(({ telegram }) => {
    const reader = new Reader();
    reader.read(telegram);
    for (const next of [telegram.raw, ...laterOnes(telegram.raw)]) {
      const later = { ...telegram, raw: next };
      if (!isDeepStrictEqual(reader.read(later), parseReading(later))) return 'what it remembers reads otherwise';
    }
    return undefined;
  }),
  'gas-is-gas': ofEach(({ telegram: { receivedAt }, text: { objects }, reading, body }) => {
    if (body?.['extra_device_delivered'] === undefined) return undefined;
    const channel = gasMeter(reading, { receivedAt })?.channel;
    const printed = (reference: string): (readonly string[])[] =>
      objects.filter(({ obis }) => obis === `0-${channel}:${reference}`).map(({ groups }) => groups);
    const [type] = printed('24.1.0').findLast(([group = '']) => /^\d{1,15}$/.test(group)) ?? [];
    if (type !== undefined && Number(type) !== 3) return `a device of type ${type} went as gas`;
    const registers = ['24.2.1', '24.2.3', '24.3.0', '24.3.1'].flatMap(printed).flat();
    return registers.some((group) => /m3|m\xb3/i.test(group)) ? undefined : 'what is in no m3 went as gas';
  }),
  'the-server-takes-it': ofEach(({ body }) => {
    const errors = body && validate(body).errors;
    return errors && `DSMR-reader would say ${JSON.stringify(errors).slice(0, 100)}`;
  }),
  'v1-gets-what-came': ofEach(({ telegram: { raw, checksum }, print }) => {
    const squeeze = (text: string): string => text.replaceAll(/[\r\n]/g, '').replace(/![^!]*$/, '');
    if (checksum === 'absent') return undefined;
    return squeeze(print) === squeeze(raw.toString('latin1')) ? undefined : 'v1 would get another text';
  }),
};

/** What is wrong with these bytes: the name of a claim and a line about it. */
export interface Complaint {
  readonly claim: string;
  readonly about: string;
}

/** Holds every claim against the bytes. */
export function examine(bytes: Buffer): Complaint | undefined {
  try {
    const subject = subjectOf(bytes);
    for (const [claim, holds] of Object.entries(CLAIMS)) {
      const about = holds(subject);
      if (about !== undefined) return { claim, about };
    }
    return undefined;
  } catch (error) {
    const { stack = String(error) } = error as Error;
    return { claim: 'nothing-throws', about: stack.split('\n').slice(0, 3).join(' ') };
  }
}

const TIMES = new Set(['time', 'start', 'end', 'monthEnd', 'timestamp', 'extra_device_timestamp']);
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-](?:0\d|1[0-8]):[0-5]\d$/;
const STRANGE = new Set(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']);

/** A line end behind four digits belongs to the telegram only where it came along. */
const printAll = (found: readonly Found[]): string =>
  found.map(({ offset, raw }) => `${offset} ${asText(raw).trimEnd()}`).join('\n');

const asText = (raw: Buffer): string => Buffer.from(raw.map((byte) => byte & 0x7f)).toString('latin1');

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** What a meter might print next: each has another number, or another time. */
function laterOnes(raw: Buffer): Buffer[] {
  const ends = [...raw.toString('latin1').matchAll(/\([\d.]*\d(?=[*)SW])/g)].map(
    (found) => found.index + found[0].length - 1,
  );
  return ends
    .filter((_, index) => index % 4 === raw.length % 4)
    .map((end) => {
      const later = Buffer.from(raw);
      later[end] = 0x30 + ((later[end]! - 0x30 + 1) % 10);
      return later;
    });
}

/** The digits that tell a number, wherever its point is. */
const digitsOf = (number: string): string => number.replaceAll(/[^\d]/g, '').replaceAll(/^0+|0+$/g, '');

/** Each line that holds something, up to the first `!`: where the data ends behind that is for the parser to say. */
function linesUpToMark(raw: Buffer): string[] {
  const text = raw.toString('latin1');
  const [upToMark = ''] = text.slice(text.indexOf('/') + 1).split('!');
  return upToMark
    .split(/\r\n|\r|\n/)
    .slice(1, upToMark === text ? undefined : -1)
    .filter((line) => line !== '');
}

/** Takes one such item out of the list; false where there is none. */
function take(list: string[], item: string): boolean {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}

/** The fields of each reference, with `n` for the channel of a device. */
const NAMES = new Map<string, string[]>();
for (const [name, { obis }] of [...Object.entries(METER_FIELDS), ...Object.entries(MBUS_FIELDS)]) {
  for (const reference of obis) NAMES.set(reference, [...(NAMES.get(reference) ?? []), name]);
}

function namesOf(obis: string): string[] {
  const whole = obis.includes(':') ? obis : `1-0:${obis}`;
  return [...(NAMES.get(whole) ?? []), ...(NAMES.get(whole.replace(/^0-[1-4]:/, '0-n:')) ?? [])];
}

/** API v2 knows two tariffs: what it gets as the first is a sum where there are more. */
function isSum(name: string, meter: object): boolean {
  const [, direction = ''] = /^electricity_(delivered|returned)_1$/.exec(name) ?? [];
  const ours = direction === 'delivered' ? 'energyDelivered' : 'energyReturned';
  return direction !== '' && [3, 4, 5].some((tariff) => Object.hasOwn(meter, `${ours}${tariff}`));
}

/** Every key of a value with what stands there, however deep. */
function* entriesOf(value: unknown): Generator<{ key: string; value: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield { key, value: inner };
    yield* entriesOf(inner);
  }
}
