/** A line as people can see it, with a caret under each of the bytes in these columns; of a long line what is around the first. */
export function pointAt(line: string, columns: readonly number[]): string[] {
  const from = line.length > WIDTH ? Math.max(0, (columns[0] ?? 0) - WIDTH / 2) : 0;
  const to = Math.min(line.length, from + WIDTH);
  const before = from > 0 ? CUT : '';
  let [shown, carets] = [before, ' '.repeat(before.length)];
  // One place beyond the last byte: what is missing is missing there.
  for (let column = from; column <= to; column++) {
    const byte = showByte(line, column);
    shown += column < to ? byte : '';
    carets += (columns.includes(column) ? '^' : ' ').padEnd(byte.length);
  }
  return [shown + (to < line.length ? CUT : ''), carets.trimEnd()];
}

/** A text in one line of bounded length, whatever bytes are in it. */
export function show(text: string): string {
  const bytes = Array.from(text.slice(0, WIDTH), (_, column) => showByte(text, column));
  return bytes.join('') + (text.length > WIDTH ? CUT : '');
}

const WIDTH = 100;
const CUT = '...';

/** Bytes that a terminal does not show, or would obey. */
function showByte(text: string, column: number): string {
  const code = text.charCodeAt(column);
  if (Number.isNaN(code) || (code >= 0x20 && code < 0x7f)) return text[column] ?? ' ';
  return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
}
