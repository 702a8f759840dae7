import { crc16 } from '../telegram/crc16.ts';
import type { Telegram } from '../telegram/telegram.ts';

/** A telegram as text, a byte a character, in a form that DSMR-reader takes. */
export interface Print {
  readonly text: string;
  /** True where that is not byte for byte what came in. */
  readonly mended: boolean;
}

/**
 * DSMR-reader wants a CRC-16/ARC of exactly four digits and CR LF at each line end. A few meters and gateways print
 * otherwise, and legally so: no leading zero, the CRC-16/X-25 of Holley meters, bare LF, a lost blank line. Those are
 * mended; every other telegram passes untouched.
 */
export function printOf({ raw, checksum }: Telegram): Print {
  const text = raw.toString('latin1');
  if (checksum === 'valid' && FOUR_DIGITS.test(text) && !BARE_LF.test(text) && !text.startsWith('/HLY')) {
    return { text, mended: false };
  }
  const mended = withChecksum(checksum === 'repaired' ? withBlankLine(withCrLf(text)) : withCrLf(text));
  return { text: mended, mended: mended !== text };
}

const BARE_LF = /(?<!\r)\n/;
const FOUR_DIGITS = /![0-9A-Fa-f]{4}\s*$/;
const PRINTED = /!([0-9A-Fa-f]{1,4})(\s*)$/;

function withCrLf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

function withBlankLine(text: string): string {
  return text.replace(/^([^\r\n]*\r\n)(?!\r\n)/, '$1\r\n');
}

/** Leaves a bare `!` as it is: a meter that prints no checksum is read by a server that expects none. */
function withChecksum(text: string): string {
  const match = PRINTED.exec(text);
  if (match === null) return text;
  const [, printed = '', lineEnd = ''] = match;
  const covered = text.slice(0, match.index + 1);
  const right = crc16(Buffer.from(covered, 'latin1'));
  const digits = right.toString(16).toUpperCase().padStart(4, '0');
  return printed.length === 4 && parseInt(printed, 16) === right ? text : `${covered}${digits}${lineEnd}`;
}
