import { localTime } from '../../../reading/local-time.ts';
import { roundDecimals } from '../../../reading/decimals.ts';
import type { Posted } from '../../../reading/posted.ts';
import type { Complaints } from './answers.ts';
import { readInstant } from './instants.ts';

/** How a value of the API is checked, and printed. */
type Check = (value: unknown, timeZone: string) => { readonly value: string | number } | { readonly complaint: string };
interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly check: Check;
}

const each = (name: string, check: Check): Field[] =>
  ['l1', 'l2', 'l3'].map((phase) => ({ name: `${name}_${phase}`, isRequired: false, check }));
const required = (name: string, check: Check): Field => ({ name, isRequired: true, check });
const optional = (name: string, check: Check): Field => ({ name, isRequired: false, check });

const amount = decimal(9, 3);

/** The fields of a reading, in the order in which DSMR-reader prints them. Source: DSMR-reader 5.11, API v2. */
const FIELDS: readonly Field[] = [
  required('timestamp', instant),
  required('electricity_delivered_1', amount),
  required('electricity_returned_1', amount),
  required('electricity_delivered_2', amount),
  required('electricity_returned_2', amount),
  required('electricity_currently_delivered', amount),
  required('electricity_currently_returned', amount),
  ...each('phase_currently_delivered', amount),
  optional('extra_device_timestamp', instant),
  optional('extra_device_delivered', amount),
  ...each('phase_currently_returned', amount),
  ...each('phase_voltage', decimal(4, 1)),
  ...each('phase_power_current', amperes),
];

/** The names of a reading's fields, in order. */
const FIELD_NAMES: readonly string[] = FIELDS.map(({ name }) => name);

type Schema = Readonly<Record<string, unknown>>;
const KINDS: readonly (readonly [names: RegExp, schema: Schema])[] = [
  [/timestamp$/, { type: 'string', format: 'date-time' }],
  [/^phase_power_current/, { type: 'integer', minimum: 0, maximum: 999 }],
  [/^/, { type: 'string', format: 'decimal' }],
];

function schemaOf(required: readonly string[]): Schema {
  const fields = FIELDS.map(({ name, isRequired }): [string, Schema] => {
    const { type, ...more } = KINDS.find(([names]) => names.test(name))?.[1] ?? {};
    return [name, { type: isRequired ? type : [type, 'null'], ...more }];
  });
  return { type: 'object', properties: Object.fromEntries(fields), required };
}

/** What is posted, and how a reading is printed, as JSON Schema. */
export const FIELDS_SCHEMA = schemaOf(FIELDS.filter(({ isRequired }) => isRequired).map(({ name }) => name));
export const READING_SCHEMA = schemaOf(FIELD_NAMES);

/** What was posted, as it is kept; or what is wrong with it, field by field. */
export function readFields(
  values: Readonly<Record<string, unknown>>,
  timeZone: string,
): { readonly posted: Posted } | { readonly complaints: Complaints } {
  const posted: Record<string, string | number> = {};
  const complaints: Record<string, string[]> = {};
  for (const { name, isRequired, check } of FIELDS) {
    const given = Object.hasOwn(values, name) ? values[name] : undefined;
    const lacking = isRequired ? lackOf(given) : undefined;
    const isLeftOut = !isRequired && (given === undefined || given === null || given === '');
    if (isLeftOut) continue;
    const checked = lacking === undefined ? check(given, timeZone) : { complaint: lacking };
    if ('complaint' in checked) complaints[name] = [checked.complaint];
    else posted[name] = checked.value;
  }
  return Object.keys(complaints).length > 0 ? { complaints } : { posted };
}

/** A reading as it is printed: every field, null where it has no value. */
export function printFields(id: number, reading: Posted): Readonly<Record<string, unknown>> {
  const fields = FIELD_NAMES.map((name): [string, string | number | null] => [name, reading[name] ?? null]);
  return { id, ...Object.fromEntries(fields) };
}

function lackOf(given: unknown): string | undefined {
  if (given === undefined) return 'This field is required.';
  return given === null ? 'This field may not be null.' : undefined;
}

const NUMBER = /^([+-]?)0*(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;
/** A text that is longer cannot be a value of a meter. */
const LONGEST = 1_000;

function decimal(digits: number, decimals: number): Check {
  return (given) => {
    const text = String(given).trim();
    const [, , whole = '', fraction = '', exponent] = NUMBER.exec(text.slice(0, LONGEST)) ?? [];
    const isNumber = typeof given === 'string' || typeof given === 'number';
    if (!isNumber || text.length > LONGEST || !/\d/.test(text) || !NUMBER.test(text))
      return { complaint: 'A valid number is required.' };
    if (exponent !== undefined) return ofExponent(Number(text), digits, decimals);
    return complaintOn(whole, fraction, digits, decimals) ?? { value: roundDecimals(text, decimals) };
  };
}

/** `1e3`: the number itself is judged. */
function ofExponent(number: number, digits: number, decimals: number): ReturnType<Check> {
  const [whole = '', fraction = ''] = Math.abs(number).toFixed(10).split('.');
  const complaint = complaintOn(whole.replace(/^0+/, ''), fraction.replace(/0+$/, ''), digits, decimals);
  return complaint ?? { value: number.toFixed(decimals) };
}

function complaintOn(whole: string, fraction: string, digits: number, decimals: number) {
  const before = digits - decimals;
  if (whole.length + fraction.length > digits)
    return { complaint: `Ensure that there are no more than ${digits} digits in total.` };
  if (fraction.length > decimals)
    return { complaint: `Ensure that there are no more than ${decimals} decimal places.` };
  if (whole.length > before)
    return { complaint: `Ensure that there are no more than ${before} digits before the decimal point.` };
  return undefined;
}

function amperes(given: unknown): ReturnType<Check> {
  const text = String(given).trim().replace(/\.0*$/, '');
  if (!/^[+-]?\d{1,20}$/.test(text)) return { complaint: 'A valid integer is required.' };
  const value = Number(text) + 0;
  if (value > 999) return { complaint: 'Ensure this value is less than or equal to 999.' };
  return value < 0 ? { complaint: 'Ensure this value is greater than or equal to 0.' } : { value };
}

const FORMATS = 'YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

function instant(given: unknown, timeZone: string): ReturnType<Check> {
  const ms = readInstant(String(given), timeZone);
  if (ms === 'wrong') return { complaint: `Datetime has wrong format. Use one of these formats instead: ${FORMATS}` };
  if (ms === 'unclear') return { complaint: `Invalid datetime for the timezone "${timeZone}".` };
  return { value: localTime(new Date(ms), timeZone) };
}
