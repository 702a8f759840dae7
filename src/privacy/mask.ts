/** What stands in the place of something that identifies a household or opens a server. */
export const MASK = '***';

/** Three letters and a baud digit behind a slash: no part of a path or URL begins like that by habit. */
const IDENT = /\/[A-Za-z]{3}\d(?:\\+|[ -])?[^\s"'()/]{3,}/g;
/** An equipment identifier, as hex digits or decoded: nothing else that is told is so long a run of them. */
const IDENTIFIER = /[0-9A-Fa-f]{10,}/g;

/** Takes header idents (`/ISK5\2M550T-1012`) and equipment identifiers out of a text. */
export function maskIdentity(text: string): string {
  return text.replace(IDENT, `/${MASK}`).replace(IDENTIFIER, MASK);
}
