import type { Country } from '../../reading/field.ts';
import { claimOf, fieldsAt } from '../../reading/reading.ts';
import { surplusOf } from '../../reading/surplus.ts';
import { tariffMeaning } from '../../reading/tariff.ts';
import type { Context } from '../../reading/time.ts';
import type { Kind } from '../../reading/values.ts';
import type { CosemObject } from '../../telegram/cosem.ts';
import { pointAt, show } from './caret.ts';
import { lineFault } from './line-fault.ts';
import type { Entry, Line } from './lines.ts';
import { sayValue } from './values.ts';

/** One object, or lines that are none: place, reference, value and meaning; a list below where the value is one. */
export function explainEntry({ object, lines, unreadable }: Entry, context: Context, country?: Country): string[] {
  const [{ at }] = lines as [Line];
  const rows = object === undefined ? [] : explainObject(object, at, context, country);
  return [...rows, ...unreadable.flatMap(explainUnreadable)];
}

/** The same columns as the rows: the place of a line, its reference, what it says and what that is. */
export function row(at: number | string, reference: string, value: string, about: string): string {
  return `${String(at).padStart(6)}  ${reference.padEnd(12)}  ${value.padEnd(42)}  ${about}`.trimEnd();
}

const INDENT = ' '.repeat(6 + 2 + 12 + 2);

function explainObject(object: CosemObject, at: number, context: Context, country?: Country): string[] {
  const claim = claimOf(object, context);
  if (claim === undefined) return [row(at, object.obis, show(asPrinted(object)), `unread: ${whyUnread(object)}`)];
  const { place, value } = claim;
  const { field, channel } = place;
  const [said, ...list] = sayValue(field.kind, value);
  const device = channel === undefined ? '' : `channel ${channel}: `;
  const about = `${device}${field.about}${sayTariff(field.kind === 'tariff' ? value : TARIFF.exec(field.about)?.[1], country)}`;
  return [row(at, object.obis, said + sayRest(object, field.kind), about), ...list.map((line) => `${INDENT}${line}`)];
}

function sayRest({ groups }: CosemObject, kind: Kind): string {
  const rest = surplusOf(kind, groups);
  return rest.length === 0 ? '' : `; not read: ${show(asPrinted({ groups: rest }))}`;
}

const TARIFF = /tariff (\d)$/;

function sayTariff(tariff: unknown, country?: Country): string {
  const meaning = tariff === undefined ? undefined : tariffMeaning(country, Number(tariff));
  return meaning === undefined ? '' : ` (${meaning})`;
}

function asPrinted({ groups }: Pick<CosemObject, 'groups'>): string {
  return groups.map((group) => `(${group})`).join('');
}

function whyUnread({ obis }: CosemObject): string {
  const [field] = fieldsAt(obis);
  return field === undefined ? 'no field has this reference' : `no value for "${field.about}"`;
}

function explainUnreadable({ at, text }: Line): string[] {
  const { column, what } = lineFault(text);
  const [shown = '', carets = ''] = pointAt(text, [column]);
  return [`${String(at).padStart(6)}  ${shown}`, `${' '.repeat(8)}${carets} no object: ${what}`];
}
