/** The characters that a telegram's frame is made of. */
export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const MARK = 0x21; // !
export const CLOSING_BRACKET = 0x29;
export const SLASH = 0x2f;
/** A `/` as an 8N1 port hears it from a 7E1 meter, with its parity bit. */
export const SLASH_WITH_PARITY = 0xaf;
const FILLER = 0xff;
export const NUL = 0x00;

export const isSlash = (byte: number): boolean => byte === SLASH || byte === SLASH_WITH_PARITY;

export const isLineEnd = (byte: number): boolean => byte === LINE_FEED || byte === CARRIAGE_RETURN;

/** What may stand between two telegrams without being noise. */
export const isGap = (byte: number): boolean => isLineEnd(byte) || byte === NUL;

/** What a header stands behind, unless it is a `/` in the middle of something. */
export const opensLine = (byte: number): boolean => isGap(byte) || byte === FILLER;

export const isLetter = (byte: number): boolean => isBetween(byte | 0x20, 'a', 'z');

/** What a line may hold, but for blanks. */
export const isPrintable = (byte: number): boolean => byte > 0x20 && byte < 0x7f;

/** What a telegram is made of, but for what fills up its texts. */
export const isText = (byte: number): boolean => isLineEnd(byte) || (byte >= 0x20 && byte < 0x7f);

export const isHexDigit = (byte: number): boolean => isBetween(byte, '0', '9') || isBetween(byte | 0x20, 'a', 'f');

function isBetween(byte: number, first: string, last: string): boolean {
  return byte >= first.charCodeAt(0) && byte <= last.charCodeAt(0);
}
