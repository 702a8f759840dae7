import { MASK, maskIdentity } from '../privacy/mask.ts';

/**
 * Takes secrets, equipment identifiers and header idents out of a line of text: whatever a server answers or an error
 * says, none of them reaches the log.
 */
export function createMask(secrets: readonly string[]): (text: string) => string {
  // The longest first: one secret may begin with another.
  const known = secrets.filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length);
  return (text) => maskIdentity(known.reduce((masked, secret) => masked.replaceAll(secret, MASK), text));
}
