/** CRC-16/ARC bit by bit, straight from its definition: slow, and independent of the code under test. */
export function naiveCrc16(bytes: Uint8Array): number {
  return bitByBit(bytes, 0xa001, 0x0000);
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
