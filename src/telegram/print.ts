import { printChecksum, readChecksum } from './checksum.ts';
import { crc16 } from './crc16.ts';
import { endMark } from './end-mark.ts';
import type { Telegram } from './telegram.ts';

/** A telegram as text, a byte a character, in a form that DSMR-reader takes. */
export interface Print {
  readonly text: string;
  /** True where that is not byte for byte what came in. */
  readonly mended: boolean;
}

/**
 * DSMR-reader wants CR LF at each line end and a CRC-16/ARC of exactly four digits. A few meters and gateways print
 * otherwise, and legally so: no leading zero, the CRC-16/X-25 of Holley meters, a bare LF, no `!`. Those are mended; every
 * other telegram passes untouched.
 */
export function printOf({ raw, checksum }: Telegram): Print {
  const text = raw.toString('latin1');
  const asWanted = checksum === 'valid' && FOUR_DIGITS.test(text) && !LONE_FEED.test(text) && !text.startsWith('/HLY');
  const wanted = asWanted ? text : mend(raw);
  return wanted.trimEnd() === text.trimEnd() ? { text, mended: false } : { text: wanted, mended: true };
}

const FOUR_DIGITS = /![0-9A-Fa-f]{4}\s*$/;
const LONE_FEED = /(?<!\r)\n/;
const LINE_END = /\r?\n/g;

function mend(raw: Buffer): string {
  const { status, text } = readChecksum(raw);
  const lines = text.toString('latin1').replace(LINE_END, '\r\n');
  // A meter that prints no checksum is read by a server that expects none.
  const digits = status === 'missing' ? '' : printChecksum(crc16(Buffer.from(lines, 'latin1')));
  const mark = endMark(raw) === undefined ? '!' : '';
  return `${lines}${mark}${digits}\r\n`;
}
