import { readGlued } from '../reading/quantity.ts';
import type { CosemObject, CosemText } from './cosem.ts';
import { canFollow, readCounter } from './counters.ts';
import { MEASURED, type Print, type Snapshot } from './snapshot.ts';

/**
 * The gate for a telegram without a checksum: whether it looks like a whole one from a DSMR 2.2 or 3.0 meter. Every claim
 * of the first list must hold.
 */
export function looksWhole(text: CosemText): boolean {
  return CLAIMS_ON_TEXT.every(([, holds]) => holds(text));
}

/** What it lacks, in words: the claims that do not hold. */
export function whatLacks(text: CosemText): string[] {
  return CLAIMS_ON_TEXT.filter(([, holds]) => !holds(text)).map(([lack]) => lack);
}

/** Whether it can be what the meter printed next after `last`. Every claim of the second list must hold. */
export function follows(now: Snapshot, last: Snapshot): boolean {
  return CLAIMS_ON_HISTORY.every((holds) => holds(now, last));
}

/** Whether it names a version of P1 that prints a checksum: DSMR 4 and later, e-MUCS. */
export function namesVersion({ objects }: CosemText): boolean {
  return objects.some(({ obis }) => VERSIONS.has(obis));
}

const VERSIONS: ReadonlySet<string> = new Set(['1-3:0.2.8', '0-0:96.1.4']);
const FEWEST_OBJECTS = 5;
const DELIVERED_REGISTER = /(?:^|:)1\.8\.\d+$/;
const NUMBER_WITH_UNIT = /^[+-]?\d+(?:[.,]\d+)?(?:\*[A-Za-z]+\d? *)?$/;
const HEADER_INSIDE = /\/[A-Za-z]{3}\d/;

const CLAIMS_ON_TEXT: readonly (readonly [lack: string, holds: (text: CosemText) => boolean])[] = [
  ['no empty line behind the header', ({ blankLine }) => blankLine],
  ['lines that are no objects', ({ unreadable }) => unreadable.length === 0],
  ['fewer than five objects', ({ objects }) => objects.length >= FEWEST_OBJECTS],
  ['objects without a value', ({ objects }) => objects.every(({ groups }) => groups.length > 0)],
  [
    'no register of delivered energy, 1.8.x',
    ({ objects }) =>
      objects.some((object) => DELIVERED_REGISTER.test(object.obis) && readCounter(object) !== undefined),
  ],
  [
    'a value that should be a number',
    ({ objects }) => objects.filter(({ obis }) => MEASURED.test(obis)).every(isNumber),
  ],
  // Two telegrams run into one would repeat themselves, or carry the second one's header in a value.
  ['objects that come twice', ({ objects }) => new Set(objects.map(({ obis }) => obis)).size === objects.length],
  [
    'a header within a value',
    ({ objects }) => !objects.some(({ groups }) => groups.some((group) => HEADER_INSIDE.test(group))),
  ],
];

const CLAIMS_ON_HISTORY: readonly ((now: Snapshot, last: Snapshot) => boolean)[] = [
  // A meter that prints a `!` never leaves it out: without it the telegram was cut off at the end of a line.
  (now, last) => now.ending === last.ending,
  (now, last) => now.identity === last.identity,
  // A run of lost bytes takes line ends, objects, values or digits along.
  (now, last) => now.lineEnds === last.lineEnds,
  (now, last) => now.prints.size === last.prints.size,
  (now, last) => allOf(last.prints, (prints, obis) => isPrintedLike(now.prints.get(obis), prints)),
  (now, last) =>
    allOf(last.counters, (counter, obis) => {
      const next = now.counters.get(obis);
      return next !== undefined && canFollow(next, counter, now.atMs - last.atMs);
    }),
];

/** A value that is not there, `()`, is allowed. */
function isNumber({ groups }: CosemObject): boolean {
  return groups.every((group) => group === '' || NUMBER_WITH_UNIT.test(group) || readGlued(group) !== undefined);
}

function allOf<T>(map: ReadonlyMap<string, T>, holds: (value: T, key: string) => boolean): boolean {
  return [...map].every(([key, value]) => holds(value, key));
}

function isPrintedLike(now: readonly Print[] | undefined, last: readonly Print[]): boolean {
  return now?.length === last.length && last.every((print, index) => isLike(now[index], print));
}

/** A text may become another, and a number may give up a zero for a sign. */
function isLike(now: Print | undefined, last: Print): boolean {
  if (now === undefined || now.constant !== last.constant) return false;
  if (now.format === undefined || last.format === undefined) return true;
  const mayDiffer = !(now.isFixed || last.isFixed) || now.isNegative !== last.isNegative;
  return mayDiffer || now.format === last.format;
}
