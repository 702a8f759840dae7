const KEY_TEXT = /^pe_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** True for a text that could be a key. */
export function isKeyText(text: string): boolean {
  return KEY_TEXT.test(text);
}

/** The id of the key that a text is; undefined where it is none. */
export function keyId(text: unknown): string | undefined {
  return typeof text === 'string' ? KEY_TEXT.exec(text)?.[1] : undefined;
}
