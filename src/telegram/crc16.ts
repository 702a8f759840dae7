/**
 * CRC-16/ARC, the checksum that a meter prints behind its `!`: over every byte from the `/` to the `!`, both included.
 * Eight bytes at a time ("slicing-by-8"): table k holds what a byte does to the checksum k bytes further on.
 * Source: DSMR P1 Companion Standard 5.0.2, §6.2.
 */
export function crc16(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0;
  let at = from;
  // The two that need the checksum so far stand last: the other six need not wait for it.
  for (const last = to - 8; at <= last; at += 8) {
    crc =
      (T5[bytes[at + 2] as number] as number) ^
      (T4[bytes[at + 3] as number] as number) ^
      (T3[bytes[at + 4] as number] as number) ^
      (T2[bytes[at + 5] as number] as number) ^
      (T1[bytes[at + 6] as number] as number) ^
      (T0[bytes[at + 7] as number] as number) ^
      (T7[(bytes[at] as number) ^ (crc & 0xff)] as number) ^
      (T6[(bytes[at + 1] as number) ^ (crc >>> 8)] as number);
  }
  return update(T0, crc, bytes, at, to);
}

/** CRC-16/X-25, which Holley meters (`/HLY`) print in its place. Source: field telegrams of the Hungarian DTSD545. */
export function crc16X25(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return update(X25, 0xffff, bytes, from, to) ^ 0xffff;
}

const T0 = tableOf(0xa001);
const T1 = oneByteOn(T0);
const T2 = oneByteOn(T1);
const T3 = oneByteOn(T2);
const T4 = oneByteOn(T3);
const T5 = oneByteOn(T4);
const T6 = oneByteOn(T5);
const T7 = oneByteOn(T6);
const X25 = tableOf(0x8408);

function update(table: Uint16Array, start: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = start;
  for (let at = from; at < to; at++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return crc;
}

/** What each byte does to a checksum of 0, for a polynomial written least significant bit first. */
function tableOf(polynomial: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

function oneByteOn(table: Uint16Array): Uint16Array {
  return table.map((crc) => (crc >>> 8) ^ (T0[crc & 0xff] as number));
}
