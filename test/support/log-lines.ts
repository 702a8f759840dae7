/** A line of the log with one `…` for whatever differs from case to case. */
export type Skeleton = string;

/** Of a line in the README: `endpoint ‹name›: paused` is `endpoint …: paused`. */
export function skeletonOf(line: string): Skeleton {
  return line.replaceAll(/(‹[^›]*›)+/g, '…');
}

/** Every line that a source text logs by a literal of its own: `endpoint ${name}: paused` is `endpoint …: paused`. */
export function linesLoggedIn(source: string): Skeleton[] {
  const calls = source.matchAll(/\blog\.(?:fatal|error|warn|info)\(\s*(`(?:\\`|[^`])*`|'[^']*')/g);
  return Array.from(calls, ([, literal = '']) =>
    literal
      .slice(1, -1)
      .replaceAll(/(\$\{[^}]*\})+/g, '…')
      .replaceAll('\\`', '`'),
  );
}

/** Whether a source text holds the constant parts of a line, one behind the other and near each other. */
export function isSaidIn(source: string, line: Skeleton): boolean {
  const parts = line.split('…').map((part) => part.replace(/^[\s,:;()]+|[\s,:;()]+$/g, ''));
  const pattern = parts.filter((part) => part !== '').map(escape);
  return new RegExp(pattern.join('[^]{0,240}?')).test(source.replaceAll('\\`', '`'));
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
