import { parseCosem, type CosemObject } from '../../telegram/cosem.ts';
import { endMark } from '../../telegram/end-mark.ts';

/** A line of a telegram, without its line end. */
export interface Line {
  /** Bytes from the telegram's first to its own first. */
  readonly at: number;
  readonly text: string;
}

/** A line and those that go on with it, which begin with a bracket. */
export interface Entry {
  readonly lines: readonly Line[];
  /** Undefined where the first line is no object. */
  readonly object: CosemObject | undefined;
  /** The last of the lines, where they belong to no object. */
  readonly unreadable: readonly Line[];
}

/** The lines of a telegram up to the `!`, the header first, empty ones too. */
export function linesOf(telegram: Buffer): Line[] {
  const text = telegram.toString('latin1', 0, endMark(telegram));
  const lines: Line[] = [];
  let at = 0;
  for (const { index, 0: lineEnd } of text.matchAll(LINE_END)) {
    lines.push({ at, text: text.slice(at, index) });
    at = index + lineEnd.length;
  }
  return [...lines, { at, text: text.slice(at) }];
}

/** The lines behind the header, each object's together. */
export function entriesOf(lines: readonly Line[]): Entry[] {
  const runs: Line[][] = [];
  for (const line of lines.slice(1).filter(({ text }) => text !== '')) {
    const last = runs.at(-1);
    if (last !== undefined && line.text.startsWith('(')) last.push(line);
    else runs.push([line]);
  }
  return runs.map(readEntry);
}

function readEntry(lines: readonly Line[]): Entry {
  const text = ['/', ...lines.map((line) => line.text), '!'].join('\n');
  const { objects, unreadable } = parseCosem(Buffer.from(text, 'latin1'));
  return { lines, object: objects[0], unreadable: lines.slice(lines.length - unreadable.length) };
}

const LINE_END = /\r\n|\n|\r/g;
