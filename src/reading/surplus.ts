import { timelessPeaks } from './peaks.ts';
import { readCount } from './text.ts';
import type { Kind } from './values.ts';

/** Value groups of an object that was read as this kind which have no say in its value; blank ones say nothing anywhere. */
export function surplusOf(kind: Kind, groups: readonly string[]): readonly string[] {
  return groups.length < 2 ? NONE : SURPLUS[kind](groups).filter((group) => group.trim() !== '');
}

type Groups = readonly string[];

const NONE: Groups = [];

const none = (): Groups => NONE;
const behindFirst = (groups: Groups): Groups => groups.slice(1);
const between = (groups: Groups): Groups => groups.slice(1, -1);
/** What is left behind a head of so many groups and as many whole rows as follow it. */
const behindRows =
  (head: number, width: number) =>
  (groups: Groups): Groups =>
    groups.slice(groups.length - ((groups.length - head) % width));

/** What each kind does not look at: `values.ts` has what it does. */
const SURPLUS: Readonly<Record<Kind, (groups: Groups) => Groups>> = {
  text: behindFirst,
  code: behindFirst,
  count: behindFirst,
  tariff: behindFirst,
  quantity: behindFirst,
  time: behindFirst,
  limits: none,
  capture: between,
  volume: between,
  peak: (groups) => (groups[0]?.includes('*') ? groups.slice(2) : between(groups)),
  profile: besideNewest,
  failures: behindRows(2, 2),
  monthPeaks: (groups) => [...timelessPeaks(groups), ...behindRows(3, 3)(groups)],
  billing: none,
};

/** All values but the first one of the newest row. */
function besideNewest(groups: Groups): Groups {
  const columns = readCount(groups[3]) ?? 1;
  const values = groups.slice(4 + 2 * columns);
  const newest = (Math.floor(values.length / columns) - 1) * columns;
  return values.filter((_, index) => index !== newest);
}
