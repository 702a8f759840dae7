import { parseCosem, type CosemObject } from '../telegram/cosem.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { MBUS_FIELDS, METER_FIELDS, type Field, type MbusValues, type MeterValues } from './fields.ts';
import { NETHERLANDS, type Site } from './time.ts';
import { KINDS, type Context } from './values.ts';

/** A telegram with its values, by the names of `fields.ts`. */
export interface Reading {
  readonly meter: MeterValues;
  /** By channel, 1 to 4. */
  readonly mbus: Readonly<Record<number, MbusValues>>;
  /** Objects that no field claims, or whose value is not of their field's kind. */
  readonly unread: readonly CosemObject[];
}

/** Reads a telegram's values. Never throws: what cannot be read stays in `unread`. `site` says what its stamps mean. */
export function parseReading(telegram: Pick<Telegram, 'raw' | 'receivedAt'>, site: Site = NETHERLANDS): Reading {
  return readObjects(parseCosem(telegram.raw).objects, { site, receivedAt: telegram.receivedAt });
}

/** The same for objects that are cut already. Of a reference that comes twice, the last value counts. */
export function readObjects(objects: readonly CosemObject[], context: Context): Reading {
  const meter: Record<string, unknown> = {};
  const mbus: Record<number, Record<string, unknown>> = {};
  const unread: CosemObject[] = [];
  for (const object of objects) {
    const place = PLACES.get(object.obis);
    if (place !== undefined && object.groups.every((group) => group === '')) continue;
    const value = place && KINDS[place.field.kind](object.groups, context, place.field.unit);
    if (place === undefined || value === undefined) unread.push(object);
    else if (place.channel === undefined) meter[place.name] = value;
    else (mbus[place.channel] ??= {})[place.name] = value;
  }
  return { meter, mbus, unread };
}

/** The field that claims an object; undefined where none does. */
export function fieldOf(obis: string): Field | undefined {
  return PLACES.get(obis)?.field;
}

interface Place {
  readonly name: string;
  readonly field: Field;
  readonly channel: number | undefined;
}

const CHANNELS = [1, 2, 3, 4];

const PLACES: ReadonlyMap<string, Place> = new Map([
  ...placesOf(METER_FIELDS, undefined),
  ...CHANNELS.flatMap((channel) => placesOf(MBUS_FIELDS, channel)),
]);

function placesOf(fields: Readonly<Record<string, Field>>, channel: number | undefined): [string, Place][] {
  return Object.entries(fields).flatMap(([name, field]) =>
    field.obis.map((obis): [string, Place] => [obis.replace('n', String(channel)), { name, field, channel }]),
  );
}
