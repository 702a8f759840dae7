import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * How a telegram's bytes lie in the journal: deflated against an earlier telegram of the same meter, from which it
 * differs in a few digits (about 70 bytes instead of 1,071), under a CRC32 of the plain bytes.
 */
export interface Packed {
  readonly body: Buffer;
  /** CRC32 of the plain bytes: SQLite does not notice a flipped bit in a body. */
  readonly crc: number;
}

/** A chunk is what a telegram read back holds in memory, and what is copied from thread to thread. */
const OPTIONS = { level: 6, memLevel: 5, windowBits: 13, chunkSize: 4_096 } as const;
/** No legal telegram is longer than 16 kB; a body that swells further is damage. */
const LONGEST_BYTES = 65_536;

export function pack(plain: Uint8Array, dictionary: Uint8Array | undefined): Packed {
  return { body: deflateRawSync(plain, withDictionary(dictionary)), crc: crc32(plain) };
}

/** @returns undefined where the bytes are damaged. */
export function unpack(packed: Packed, dictionary: Uint8Array | undefined): Buffer | undefined {
  try {
    const plain = inflateRawSync(packed.body, { ...withDictionary(dictionary), maxOutputLength: LONGEST_BYTES });
    return crc32(plain) === packed.crc ? alone(plain) : undefined;
  } catch {
    return undefined;
  }
}

/** What lies in a pool of the runtime's (of 64 kB, in Node 24) would take all of it along to another thread. */
function alone(bytes: Buffer): Buffer {
  return bytes.buffer.byteLength <= OPTIONS.chunkSize ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}

function withDictionary(dictionary: Uint8Array | undefined) {
  return dictionary === undefined ? OPTIONS : { ...OPTIONS, dictionary };
}
