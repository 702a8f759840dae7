import type { CosemObject } from '../telegram/cosem.ts';
import { readGlued, readPrinted } from './quantity.ts';
import { claimOf } from './reading.ts';
import { decodeHex } from './text.ts';
import { printOrNull, readTime, type Context } from './time.ts';
import { splitLimits, type Kind } from './values.ts';

/** One value group in a form that a program can use: a number with its unit, a time (null if void), or a text. */
export type Description =
  | { readonly value: string; readonly unit?: string | undefined }
  | { readonly time: string | null }
  | { readonly text: string; readonly raw?: string };

/** Every value group of an object, also of one that no field claims: what it looks like then decides. Units are as printed. */
export function describeValues(object: CosemObject, context: Context): Description[] {
  const kind = claimOf(object, context)?.place.field.kind;
  const groups = kind === 'limits' ? splitLimits(object.groups) : object.groups;
  return groups.map((group, index) => describeGroup(group, index, kind, context));
}

const STAMP = /^\d{12}[SWT]$/;
const OTHER_TIME = /^(?:\d{12}|[0-9A-F]{24})$/i;
/** Kinds whose first group is a time, which then may have no letter behind it; in a peak the time may be the second. */
const WITH_TIME: readonly (Kind | undefined)[] = ['time', 'capture', 'volume', 'profile', 'peak'];

/** Kinds with numbers in a unit, which may be without its `*`. Elsewhere `0A` is hexadecimal, as the status of a profile is. */
const WITH_UNIT: readonly (Kind | undefined)[] = [
  'quantity',
  'limits',
  'capture',
  'volume',
  'peak',
  'failures',
  'monthPeaks',
  'billing',
];

function mayBeTime(index: number, kind: Kind | undefined): boolean {
  return WITH_TIME.includes(kind) && (index === 0 || kind === 'peak');
}

function describeGroup(group: string, index: number, kind: Kind | undefined, context: Context): Description {
  const isTime = STAMP.test(group) || (mayBeTime(index, kind) && OTHER_TIME.test(group));
  if (isTime) return { time: printOrNull(readTime(group, context)) };
  const quantity = kind === 'text' ? undefined : readPrinted(group);
  return quantity ?? (WITH_UNIT.includes(kind) ? readGlued(group) : undefined) ?? describeText(group);
}

function describeText(group: string): Description {
  const text = decodeHex(group);
  return text === undefined ? { text: group } : { text, raw: group };
}
