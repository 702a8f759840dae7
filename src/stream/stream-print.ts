import { printChecksum } from '../telegram/checksum.ts';
import { crc16 } from '../telegram/crc16.ts';
import { printOf } from '../telegram/print.ts';
import type { Telegram } from '../telegram/telegram.ts';

/**
 * A telegram as readers of a stream take it, a byte a character: one `/`, which begins it, one `!`, four upper-case digits or
 * none behind it, CR LF at every line end, seven bits a byte. Where what the meter printed had to be changed for that, the
 * CRC16 is that of the changed text.
 *
 * Sources: the framing of Home Assistant's `dsmr` (no second `/`, upper case, CR LF, ASCII) and of evcc's (up to the first
 * `!`, then to the end of the line).
 *
 * @param addChecksum whether a telegram that bears no CRC16 gets one.
 */
export function streamPrint(telegram: Telegram, addChecksum: boolean): string {
  const { text } = printOf(telegram);
  if (AS_WANTED.test(text)) return text;
  const mark = text.lastIndexOf('!');
  const printed = DIGITS.exec(text.slice(mark + 1))?.[0].toUpperCase();
  const body = text.slice(1, mark);
  const plain = body.replaceAll(NOT_IN_A_BODY, '_');
  const isNew = plain !== body || printed === undefined;
  const upToMark = `/${plain}!`;
  const hasDigits = printed !== undefined || addChecksum;
  const digits = isNew && hasDigits ? printChecksum(crc16(Buffer.from(upToMark, 'latin1'))) : (printed ?? '');
  return `${upToMark}${digits}\r\n`;
}

const AS_WANTED = /^\/[^/!\x80-\xff]*![0-9A-F]{4}\r\n$/;
const NOT_IN_A_BODY = /[/!\x80-\xff]/g;
const DIGITS = /^[0-9A-Fa-f]{4}/;
