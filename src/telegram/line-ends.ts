/**
 * What a telegram may have been before a gateway rewrote its line ends, likeliest first: CR put back before each lone LF,
 * the empty line put back behind the header, or both. Nothing where its line ends are as a meter prints them.
 */
export function restoreLineEnds(text: Buffer): Buffer[] {
  const printed = text.toString('latin1');
  const withReturns = printed.replaceAll(LONE_FEED, '\r\n');
  const candidates = [withReturns, withBlankLine(printed), withBlankLine(withReturns)];
  return [...new Set(candidates)]
    .filter((candidate) => candidate !== printed)
    .map((candidate) => Buffer.from(candidate, 'latin1'));
}

const LONE_FEED = /(?<!\r)\n/g;
const HEADER_ALONE = /^[^\r\n]*\r?\n(?!\r?\n)/;

function withBlankLine(text: string): string {
  return text.replace(HEADER_ALONE, (header) => `${header}\r\n`);
}
