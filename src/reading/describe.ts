import type { CosemObject } from '../telegram/cosem.ts';
import { fieldOf } from './reading.ts';
import { printMoment, readLocalStamp, readStamp, type Moment } from './time.ts';
import { decodeHex, readQuantity, type Context, type Kind } from './values.ts';

/** One value group in a form that a program can use: a number with its unit, a time (null if void), or a text. */
export type Description =
  | { readonly value: string; readonly unit?: string | undefined }
  | { readonly time: string | null }
  | { readonly text: string; readonly raw?: string };

/** Every value group of an object, also of one that no field claims: what it looks like then decides. */
export function describeValues({ obis, groups }: CosemObject, context: Context): Description[] {
  const kind = fieldOf(obis)?.kind;
  return groups.map((group, index) =>
    describeGroup(group, kind === 'profile' && index > 0 ? undefined : kind, context),
  );
}

const STAMP = /^\d{12}[SW]$/;

function describeGroup(group: string, kind: Kind | undefined, { site, receivedAt }: Context): Description {
  if (STAMP.test(group)) return describeTime(readStamp(group, site));
  if (kind === 'profile') return describeTime(readLocalStamp(group, site, receivedAt));
  const quantity = kind === 'text' ? undefined : readQuantity(group);
  return quantity ?? describeText(group);
}

function describeTime(moment: Moment | undefined): Description {
  return { time: moment === undefined ? null : printMoment(moment) };
}

function describeText(group: string): Description {
  const text = decodeHex(group);
  return text === undefined ? { text: group } : { text, raw: group };
}
