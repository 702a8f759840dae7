import type { Bench, Row } from './bench.ts';

/** The whole table as text; below each row, where its time or memory goes. */
export function printTable(results: readonly (readonly [Bench, Row])[]): string {
  const head = ['', 'what', 'figure', 'yardstick', 'ratio', 'bar', ''];
  const rows = results.map(([{ name, what, bar }, { figure, yardstick, ratio, met }]) => [
    name,
    what,
    figure,
    yardstick,
    ratio,
    bar,
    met ? 'met' : 'MISSED',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const indent = ' '.repeat((widths[0] ?? 0) + 2);
  return [
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.flatMap((row, index) => [line(row), `${indent}${results[index]?.[1].where ?? ''}`]),
  ].join('\n');
}
