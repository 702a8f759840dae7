/** What stands in the place of something that identifies a household or opens a server. */
const MASK = '***';

/**
 * Takes secrets, equipment identifiers and header idents out of a line of text: whatever a server answers or an error
 * says, none of them reaches the log. Idents look like `/ISK5\2M550T-1012`, identifiers like long runs of hex digits.
 */
export function createMask(secrets: readonly string[]): (text: string) => string {
  // The longest first: one secret may begin with another.
  const known = secrets.filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length);
  return (text) => {
    const withoutSecrets = known.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
    return withoutSecrets.replace(IDENT, `/${MASK}`).replace(IDENTIFIER, MASK);
  };
}

/** Three letters and a baud digit behind a slash: no path of a file or URL begins a part like that by habit. */
const IDENT = /\/[A-Za-z]{3}\d(?:\\+|[ -])?[^\s"'()/]{3,}/g;
const IDENTIFIER = /(?<![\w-])(?:[0-9A-Fa-f]{2}){8,48}(?![\w-])/g;
