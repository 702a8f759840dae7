/**
 * One P1 message, from the `/` of its header to the CRC16 (or the bare `!`) that ends it, as the meter printed it.
 * Source of the format: DSMR P1 Companion Standard 5.0.2, §6.
 */
export interface Telegram {
  /** Name of the source it was read from. */
  readonly source: string;
  /** Wall clock at its first byte. */
  readonly receivedAt: Date;
  /** `/` up to and including the line end behind the checksum; where that line end never came, up to the last digit. */
  readonly raw: Buffer;
  readonly checksum: Checksum;
}

/**
 * `valid`: the printed CRC16 fits the bytes. `absent`: none was printed and the meter is known to print none.
 * `repaired`: it fits only once the line ends that a gateway changed are put back.
 */
export type Checksum = 'valid' | 'absent' | 'repaired';

/** Bytes that are no telegram, and why. Counted and kept for a diagnosis, never thrown. */
export interface Rejection {
  readonly reason: RejectionReason;
  readonly raw: Buffer;
}

export type RejectionReason =
  | 'checksum' // the printed CRC16 does not fit the bytes
  | 'checksum-missing' // a bare `!` where this meter should print a CRC16
  | 'truncated' // the rest never came, or the next telegram began first
  | 'oversized' // longer than any meter's telegram
  | 'parity' // a 7E1 line read as 8N1, with a damaged byte
  | 'implausible' // without a CRC16 to trust, it does not look like a whole telegram
  | 'inconsistent' // nor does it follow from the telegrams before: a counter fell or leapt, objects or digits are gone
  | 'encrypted' // an encrypted frame, and no key to open it
  | 'decryption'; // an encrypted frame that its key does not open
