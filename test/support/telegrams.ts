import { readFileSync } from 'node:fs';

/**
 * CRC-16/ARC bit by bit, straight from its definition: slow, and independent of the code under test. Goes on from the
 * checksum of what stands before the bytes.
 */
export function naiveCrc16(bytes: Uint8Array, before = 0x0000): number {
  return bitByBit(bytes, 0xa001, before);
}

/** CRC-16/X-25 bit by bit. */
export function naiveX25(bytes: Uint8Array): number {
  return bitByBit(bytes, 0x8408, 0xffff) ^ 0xffff;
}

function bitByBit(bytes: Uint8Array, polynomial: number, initial: number): number {
  let crc = initial;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
  }
  return crc;
}

/** A checksum as meters print it: four upper-case hexadecimal digits. */
export const printCrc = (crc: number): string => crc.toString(16).toUpperCase().padStart(4, '0');

/** A telegram with a true CRC16: header, blank line, one line an object, `!`, CRC, all lines ended by CR LF. */
export function buildTelegram(header: string, objects: readonly string[]): Buffer {
  return withChecksum(`${[header, '', ...objects].join('\r\n')}\r\n!`);
}

/** The text up to its `!` (Latin-1), with its true CRC16 and CR LF put behind. */
export function withChecksum(upToMark: string): Buffer {
  const covered = Buffer.from(upToMark, 'latin1');
  return Buffer.concat([covered, Buffer.from(`${printCrc(naiveCrc16(covered))}\r\n`)]);
}

const FIXTURES = new URL('../fixtures/telegrams/', import.meta.url);

/** The bytes of a file in `test/fixtures/telegrams`. */
export const fixture = (file: string): Buffer => readFileSync(new URL(file, FIXTURES));

/** The rows of a tab-separated file in `test/fixtures/telegrams`, by the names in its first line. */
export function manifest(file: string): Record<string, string>[] {
  const [names = [], ...rows] = fixture(file)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return rows.map((row) => Object.fromEntries(names.map((name, column) => [name, row[column] ?? ''])));
}

/** Bytes cut at the given places, wherever those lie. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut));
}
