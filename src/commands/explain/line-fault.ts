/** What is wrong with a line, and under which of its bytes that shows. */
export interface Fault {
  readonly column: number;
  readonly what: string;
}

/** Why a line is no COSEM object and goes on with none: the first place where it departs from `A-B:C.D.E(value)`. */
export function lineFault(line: string): Fault {
  const bracket = line.indexOf('(');
  const reference = bracket < 0 ? line : line.slice(0, bracket);
  return (
    (bracket === 0 ? undefined : referenceFault(reference)) ??
    (bracket < 0 ? undefined : bracketFault(line, bracket)) ?? {
      column: 0,
      what: 'it goes on with a line that is no object',
    }
  );
}

const NUMBER = '\\d{0,3}';
/** As far as a reference keeps to its form. */
const SO_FAR = new RegExp(
  `^ *${NUMBER}(?:-${NUMBER}(?::${NUMBER}(?:[.:]${NUMBER}(?:[.:]${NUMBER}(?:[*.]${NUMBER} *)?)?)?)?)?`,
);
const WHOLE = /^ *(?:\d+-\d+:)?\d+[.:]\d+(?:[.:]\d+)?(?:[*.]\d+)? *$/;

function referenceFault(reference: string): Fault | undefined {
  if (!WHOLE.test(reference)) {
    const column = SO_FAR.exec(reference)?.[0].length ?? 0;
    return { column, what: 'this is not how a reference A-B:C.D.E goes on' };
  }
  const large = [...reference.matchAll(/\d+/g)].find(([digits]) => digits.length > 3 || Number(digits) > 255);
  return large && { column: large.index, what: 'a number of a reference is at most 255' };
}

function bracketFault(line: string, from: number): Fault | undefined {
  for (let open = from; open < line.length;) {
    if (line[open] !== '(')
      return line.slice(open).trim() === '' ? undefined : { column: open, what: 'this stands outside the brackets' };
    const close = line.indexOf(')', open);
    if (close < 0) return { column: open, what: 'this bracket does not close' };
    const inner = line.slice(open + 1, close).indexOf('(');
    if (inner >= 0) return { column: open + 1 + inner, what: 'a bracket opens within another' };
    open = close + 1;
  }
  return undefined;
}
