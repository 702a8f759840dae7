import { localCandidates } from './amsterdam.ts';
import { CURRENTS, PHASE_POWERS, quantize, type Reading, REQUIRED, VOLTAGES } from './reading.ts';

type Errors = Record<string, string[]>;
/** The stored value of a field, or the server's complaint about it. */
type Check = { value: string | number } | { complaint: string };
type Field = readonly [name: string, required: boolean, check: (value: unknown) => Check];

const SERIALIZER: readonly Field[] = [
  ['timestamp', true, datetime],
  ...REQUIRED.map((name): Field => [name, true, decimal(9, 3)]),
  ...PHASE_POWERS.map((name): Field => [name, false, decimal(9, 3)]),
  ...VOLTAGES.map((name): Field => [name, false, decimal(4, 1)]),
  ...CURRENTS.map((name): Field => [name, false, integer]),
  ['extra_device_timestamp', false, datetime],
  ['extra_device_delivered', false, decimal(9, 3)],
];

/** API v2's check of a posted reading: what would be stored, or every complaint by field. */
export function validate(values: Record<string, unknown>): { errors?: Errors; reading: Reading } {
  const reading: Reading = { timestamp: 0 };
  const errors: Errors = {};
  for (const [name, required, check] of SERIALIZER) {
    const result = checkField(values[name], required, check);
    if ('complaint' in result) errors[name] = [result.complaint];
    else reading[name as 'timestamp'] = result.value as number;
  }
  return Object.keys(errors).length > 0 ? { errors, reading } : { reading };
}

function checkField(value: unknown, required: boolean, check: Field[2]): Check | { value: null } {
  if (value === undefined && required) return { complaint: 'This field is required.' };
  if (value === null && required) return { complaint: 'This field may not be null.' };
  if (!required && (value === undefined || value === null || value === '')) return { value: null };
  return check(value);
}

function decimal(maxDigits: number, decimals: number): Field[2] {
  return (value) => {
    const match = /^[+-]?0*(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(value).trim());
    if (match === null || !/\d/.test(String(value))) return { complaint: 'A valid number is required.' };
    const [, whole = '', fraction = '', exponent] = match;
    if (exponent !== undefined) return { value: Number(value).toFixed(decimals) };
    if (whole.length + fraction.length > maxDigits)
      return { complaint: `Ensure that there are no more than ${maxDigits} digits in total.` };
    if (fraction.length > decimals)
      return { complaint: `Ensure that there are no more than ${decimals} decimal places.` };
    if (whole.length > maxDigits - decimals) {
      return {
        complaint: `Ensure that there are no more than ${maxDigits - decimals} digits before the decimal point.`,
      };
    }
    return { value: quantize(String(value), decimals) ?? '' };
  };
}

function integer(value: unknown): Check {
  const text = String(value).trim().replace(/\.0*$/, '');
  if (!/^[+-]?\d+$/.test(text)) return { complaint: 'A valid integer is required.' };
  if (Number(text) > 999) return { complaint: 'Ensure this value is less than or equal to 999.' };
  if (Number(text) < 0) return { complaint: 'Ensure this value is greater than or equal to 0.' };
  return { value: Number(text) };
}

const FORMATS = 'YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d{1,6})?(Z|[+-]\d\d(?::?\d\d)?)?$/;

function datetime(value: unknown): Check {
  if (!ISO.test(String(value)))
    return { complaint: `Datetime has wrong format. Use one of these formats instead: ${FORMATS}` };
  const ms = parseInstant(String(value));
  return ms === undefined ? { complaint: 'Invalid datetime for the timezone "Europe/Amsterdam".' } : { value: ms };
}

/** The instant of an ISO 8601 text to the second; without an offset it is local. Undefined where there is no or no single one. */
export function parseInstant(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, date = '', time = '', seconds = ':00', offset] = match;
  const asUtc = Date.parse(`${date}T${time}${seconds}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  if (offset !== undefined) return asUtc - offsetMs(offset);
  const candidates = localCandidates(asUtc);
  return candidates.length === 1 ? candidates[0] : undefined;
}

function offsetMs(offset: string): number {
  if (offset === 'Z') return 0;
  const [hours = 0, minutes = 0] = [offset.slice(1, 3), offset.slice(3).replace(':', '')].map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
