import { parseCosem, type CosemObject } from '../telegram/cosem.ts';
import type { Telegram } from '../telegram/telegram.ts';
import type { Field } from './field.ts';
import { MBUS_FIELDS, METER_FIELDS, type MbusValues, type MeterValues } from './fields.ts';
import { isPosted } from './posted.ts';
import { valuesOfPosted } from './posted-values.ts';
import { surplusOf } from './surplus.ts';
import { NETHERLANDS, type Context, type Site } from './time.ts';
import { KINDS, type Kind } from './values.ts';

/** A telegram with its values, by the names of `fields.ts`. */
export interface Reading {
  readonly meter: MeterValues;
  /** By channel, 1 to 4. */
  readonly mbus: Readonly<Record<number, MbusValues>>;
  /**
   * What stands in none of them, as printed: objects that no field claims, or whose value is not of their field's kind; those that
   * another one of the same field outdoes; and of the others the value groups that have no say.
   */
  readonly unread: readonly CosemObject[];
}

/** Reads a telegram's values. Never throws: what cannot be read stays in `unread`. `site` says what its stamps mean. */
export function parseReading(telegram: Pick<Telegram, 'raw' | 'receivedAt'>, site: Site = NETHERLANDS): Reading {
  if (isPosted(telegram.raw)) return { ...valuesOfPosted(telegram.raw), unread: [] };
  return readObjects(parseCosem(telegram.raw).objects, { site, receivedAt: telegram.receivedAt });
}

/** The same for objects that are cut already. Of a field that comes twice, the last value counts. */
export function readObjects(objects: readonly CosemObject[], context: Context): Reading {
  const claims = objects.map((object) => claimOf(object, context));
  const last = lastClaims(claims);
  const meter: Record<string, unknown> = {};
  const mbus: Record<number, Record<string, unknown>> = {};
  for (const [{ name, channel }, { value }] of last) {
    const values = channel === undefined ? meter : (mbus[channel] ??= {});
    values[name] = value;
  }
  return { meter, mbus, unread: objects.flatMap((object, index) => unreadOf(object, claims[index], last)) };
}

/** The one that counts at each place: the last that printed something; where none did, what that says. */
function lastClaims(claims: readonly (Claim | undefined)[]): Map<Place, Claim> {
  const last = new Map<Place, Claim>();
  const blank: Claim[] = [];
  for (const claim of claims) {
    if (claim?.value !== undefined) last.set(claim.place, claim);
    else if (claim !== undefined) blank.push(claim);
  }
  for (const { place } of blank) {
    const value = EMPTY[place.field.kind];
    if (value !== undefined && !last.has(place)) last.set(place, { place, value });
  }
  return last;
}

/** What of an object no value was taken from: all of it, the groups behind the value, or nothing. */
function unreadOf(object: CosemObject, claim: Claim | undefined, last: ReadonlyMap<Place, Claim>): CosemObject[] {
  if (claim === undefined) return [object];
  if (claim.value === undefined) return [];
  if (last.get(claim.place) !== claim) return [object];
  const groups = surplusOf(claim.place.field.kind, object.groups);
  return groups.length === 0 ? [] : [{ obis: object.obis, groups }];
}

/** Where the value of an object belongs; the same for all references of one field, on one channel. */
export interface Place {
  readonly name: string;
  readonly field: Field;
  /** Of an M-Bus device; undefined for the meter. */
  readonly channel: number | undefined;
}

/** An object as a field reads it; its value is undefined where the meter printed nothing. */
export interface Claim {
  readonly place: Place;
  readonly value: unknown;
}

/** What the first field that can read an object makes of it; undefined where none can. */
export function claimOf({ obis, groups }: CosemObject, context: Context): Claim | undefined {
  const places = PLACES.get(obis) ?? [];
  const [first] = places;
  if (first !== undefined && groups.every(isBlank)) return { place: first, value: undefined };
  for (const place of places) {
    const value = KINDS[place.field.kind](groups, context, place.field.unit);
    if (value === '' && !groups.slice(1).every(isBlank)) continue;
    if (value !== undefined) return { place, value: value === '' ? undefined : value };
  }
  return undefined;
}

/** What an object with this reference can be, in the order in which that is tried; empty where no field has it. */
export function fieldsAt(obis: string): readonly Field[] {
  return (PLACES.get(obis) ?? []).map(({ field }) => field);
}

/** What it says that the meter prints nothing in the brackets of a kind, if anything. */
const EMPTY: Partial<Record<Kind, unknown>> = { failures: [] };

const CHANNELS = [1, 2, 3, 4];

/** Where a meter prints no medium and no channel (`1.8.0`), it is these. Source: IEC 62056-61, reduced identification codes. */
const ELECTRICITY = /^1-0:/;

const PLACES = placesByReference();

function placesByReference(): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  const add = (fields: Readonly<Record<string, Field>>, channel: number | undefined): void => {
    for (const [name, field] of Object.entries(fields)) {
      const place = { name, field, channel };
      for (const reference of field.obis) {
        const obis = reference.replace('n', String(channel));
        for (const printed of new Set([obis, obis.replace(ELECTRICITY, '')])) {
          places.set(printed, [...(places.get(printed) ?? []), place]);
        }
      }
    }
  };
  add(METER_FIELDS, undefined);
  for (const channel of CHANNELS) add(MBUS_FIELDS, channel);
  return places;
}

function isBlank(group: string): boolean {
  return group.trim() === '';
}
