/**
 * CRC-16/ARC, the checksum that a meter prints behind its `!`: over every byte from the `/` to the `!`, both included.
 * Eight bytes at a time ("slicing-by-8"): row k of the table holds what a byte does to the checksum k bytes further on.
 * Source: DSMR P1 Companion Standard 5.0.2, §6.2.
 */
export function crc16(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const table = ARC;
  let crc = 0;
  let at = from;
  // The two that need the checksum so far stand last: the other six need not wait for it.
  for (const last = to - 8; at <= last; at += 8) {
    crc =
      (table[5 * 256 + (bytes[at + 2] as number)] as number) ^
      (table[4 * 256 + (bytes[at + 3] as number)] as number) ^
      (table[3 * 256 + (bytes[at + 4] as number)] as number) ^
      (table[2 * 256 + (bytes[at + 5] as number)] as number) ^
      (table[1 * 256 + (bytes[at + 6] as number)] as number) ^
      (table[bytes[at + 7] as number] as number) ^
      (table[7 * 256 + ((bytes[at] as number) ^ (crc & 0xff))] as number) ^
      (table[6 * 256 + ((bytes[at + 1] as number) ^ (crc >>> 8))] as number);
  }
  return update(table, crc, bytes, at, to);
}

/** CRC-16/X-25, which Holley meters (`/HLY`) print in its place. Source: field telegrams of the Hungarian DTSD545. */
export function crc16X25(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return update(X25, 0xffff, bytes, from, to) ^ 0xffff;
}

/** CRC-16/MODBUS, which ends a frame of Modbus RTU. Source: Modbus over Serial Line V1.02, §6.2.2. */
export function crc16Modbus(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return update(ARC, 0xffff, bytes, from, to);
}

/** One array of all rows: V8 looks up a single one much faster than eight. */
const ARC = tableOf(0xa001, 8);
const X25 = tableOf(0x8408, 1);

function update(table: Uint16Array, start: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = start;
  for (let at = from; at < to; at++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return crc;
}

/** What each byte does to a checksum of 0, and in each further row a byte later, for a polynomial written least significant bit first. */
function tableOf(polynomial: number, rows: number): Uint16Array {
  const table = new Uint16Array(256 * rows);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at++) {
    const crc = table[at - 256] as number;
    table[at] = (crc >>> 8) ^ (table[crc & 0xff] as number);
  }
  return table;
}
