import { isHexDigit } from './characters.ts';
import { crc16, crc16X25 } from './crc16.ts';
import { endMark } from './end-mark.ts';
import { restoreLineEnds } from './line-ends.ts';

/** What a telegram prints behind its `!`, held against its bytes. */
export interface ChecksumReading {
  /** `missing`: nothing is printed. `repaired`: it fits `text`, not the bytes as they came. */
  readonly status: 'valid' | 'repaired' | 'mismatch' | 'missing';
  /** The digits as printed: one to four, either case. Undefined where there are none. */
  readonly printed: string | undefined;
  /** The checksum of `text`; `printChecksum` shows it as meters do. */
  readonly computed: number;
  readonly algorithm: 'CRC-16/ARC' | 'CRC-16/X-25';
  /** From the `/` to the `!`, as the meter must have sent it: what the checksum is over. */
  readonly text: Buffer;
}

/**
 * Reads and checks the checksum of one telegram, from its `/` to its last digit or beyond. Digits compare as a number:
 * some meters print lower case, or no leading zeros. Line ends are the only thing ever put right, and last.
 * Sources: DSMR P1 Companion Standard 5.0.2, §6.2; the deviations are from field telegrams.
 */
export function readChecksum(telegram: Buffer): ChecksumReading {
  const end = (endMark(telegram) ?? telegram.length - 1) + 1;
  const text = telegram.subarray(0, end);
  const printed = DIGITS.exec(telegram.toString('latin1', end, end + LONGEST))?.[0];
  const value = printed === undefined ? undefined : Number.parseInt(printed, 16);
  for (const { algorithm, checksum } of algorithmsOf(text)) {
    if (checksum(text) === value) return { status: 'valid', printed, computed: value, algorithm, text };
    for (const mended of value === undefined ? [] : restoreLineEnds(text)) {
      if (checksum(mended) !== value) continue;
      return { status: 'repaired', printed, computed: value, algorithm, text: mended };
    }
  }
  const status = printed === undefined ? 'missing' : 'mismatch';
  return { status, printed, computed: crc16(text), algorithm: 'CRC-16/ARC', text };
}

/** Whether the CRC-16/ARC that a telegram prints fits it as it is: the same answer in short, for nearly every telegram. */
export function hasValidCrc16(telegram: Buffer): boolean {
  const mark = endMark(telegram);
  if (mark === undefined) return false;
  let printed = 0;
  let at = mark + 1;
  for (; at <= mark + LONGEST; at++) {
    const digit = telegram[at] ?? 0;
    if (!isHexDigit(digit)) break;
    printed = 16 * printed + (digit & 0x0f) + (digit > NINE ? 9 : 0);
  }
  return at > mark + 1 && crc16(telegram, 0, mark + 1) === printed;
}

/** Four upper-case hexadecimal digits. */
export function printChecksum(checksum: number): string {
  return checksum.toString(16).toUpperCase().padStart(4, '0');
}

const LONGEST = 4;
const NINE = 0x39;
const DIGITS = /^[0-9A-Fa-f]{1,4}/;

interface Algorithm {
  readonly algorithm: ChecksumReading['algorithm'];
  readonly checksum: (bytes: Uint8Array) => number;
}

const EVERY_METER: readonly Algorithm[] = [{ algorithm: 'CRC-16/ARC', checksum: (bytes) => crc16(bytes) }];
const HOLLEY: readonly Algorithm[] = [
  ...EVERY_METER,
  { algorithm: 'CRC-16/X-25', checksum: (bytes) => crc16X25(bytes) },
];
const HOLLEY_HEADER = '/HLY';

function algorithmsOf(text: Buffer): readonly Algorithm[] {
  return text.toString('latin1', 0, HOLLEY_HEADER.length) === HOLLEY_HEADER ? HOLLEY : EVERY_METER;
}
