/**
 * The 7-bit text of bytes that were sent with even parity (7E1: DSMR 2.2 and 3.0) and read as 8N1; undefined where a byte
 * has an odd number of ones. The port is opened as 8N1 so that this can be seen: such telegrams have no other checksum.
 * Source: IEC 62056-21 §5, character format.
 */
export function readEvenParity(bytes: Buffer): Buffer | undefined {
  if (!bytes.every(hasEvenParity)) return undefined;
  return sevenBits(bytes);
}

/** The same text, whatever the eighth bit of each byte: for looking at bytes that may be of such a line. */
export function sevenBits(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte & 0x7f));
}

/** Whether a byte of such a line has an even number of ones, as all of them are sent. */
export function hasEvenParity(byte: number): boolean {
  const nibbles = byte ^ (byte >> 4);
  // Bit n of 0x6996 says whether the four bits of n have an odd number of ones.
  return ((0x6996 >> (nibbles & 0x0f)) & 1) === 0;
}
