import { isLetter } from './characters.ts';

/** Where the parts of an encrypted frame lie, counted from its first byte. */
export interface FrameHead {
  /** Which protection it has: a key of `PROTECTIONS`. */
  readonly security: number;
  /** Place of the security byte. */
  readonly securityAt: number;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** One encrypted telegram, cut into its parts; nothing is decrypted yet. */
export interface EncryptedFrame {
  readonly security: number;
  /** Who encrypted: the same in each frame of a meter. It names the meter, so it is never shown. */
  readonly systemTitle: Buffer;
  /** One more in each frame. */
  readonly counter: number;
  readonly cipherText: Buffer;
  /** What proves the bytes and the key; undefined where the meter encrypts only. */
  readonly tag: Buffer | undefined;
}

export const FIRST_BYTE = 0xdb;
/** Bytes that a place must show for {@link readHead} to know for sure. */
export const LONGEST_HEAD = 14;
/** Bytes behind the length. A telegram of this protocol is under 4 kB; a damaged length must not swallow what follows. */
const LONGEST_CONTENT = 8_192;

/** What a security byte says of the bytes behind it, itself included: how many frame counter and tag take. */
const PROTECTIONS: ReadonlyMap<number, { readonly tagBytes: number }> = new Map([
  [0x30, { tagBytes: 12 }], // authenticated and encrypted
  [0x20, { tagBytes: 0 }], // encrypted only
]);
const SECURITY_BYTES = 1;
const COUNTER_BYTES = 4;

const TITLE_AT = 2;
const LENGTH_AT = 10;

/** How each frame begins: the tag general-glo-ciphering, the length of the system title, its manufacturer. */
const BEGINNING: readonly ((byte: number) => boolean)[] = [
  (byte) => byte === FIRST_BYTE,
  (byte) => byte === LENGTH_AT - TITLE_AT,
  isLetter,
  isLetter,
  isLetter,
];

/** In how many bytes a length stands behind its first byte (BER), and where none do, that the first byte is the length. */
const LENGTH_FORMS: ReadonlyMap<number, number> = new Map([
  [0x81, 1],
  [0x82, 2],
]);

/**
 * Reads the head of an encrypted frame at the beginning of `bytes`. `open` where it may be one and more bytes must tell;
 * undefined where it is none.
 * Source of the layout: Luxmetering "E-Meter P1 Specification" 1.1.3, and DLMS/COSEM general-glo-ciphering.
 */
export function readHead(bytes: Buffer): FrameHead | 'open' | undefined {
  if (!BEGINNING.every((fits, at) => at >= bytes.length || fits(bytes[at] as number))) return undefined;
  const form = bytes[LENGTH_AT];
  if (form === undefined) return 'open';
  const digits = form < 0x80 ? 0 : LENGTH_FORMS.get(form);
  if (digits === undefined) return undefined;
  const securityAt = LENGTH_AT + 1 + digits;
  const security = bytes[securityAt];
  if (security === undefined) return 'open';
  const content = digits === 0 ? form : bytes.readUIntBE(LENGTH_AT + 1, digits);
  return isContent(security, content) ? { security, securityAt, length: securityAt + content } : undefined;
}

/** The first frame that begins in `bytes`, whole or not. */
export function findFrame(bytes: Buffer): { readonly place: number; readonly head: FrameHead } | undefined {
  for (let place = bytes.indexOf(FIRST_BYTE); place >= 0; place = bytes.indexOf(FIRST_BYTE, place + 1)) {
    const head = readHead(bytes.subarray(place, place + LONGEST_HEAD));
    if (head !== undefined && head !== 'open') return { place, head };
  }
  return undefined;
}

/** Cuts a whole frame into its parts. */
export function readFrame(bytes: Buffer, { security, securityAt, length }: FrameHead): EncryptedFrame {
  const counterAt = securityAt + SECURITY_BYTES;
  const tagBytes = PROTECTIONS.get(security)?.tagBytes ?? 0;
  return {
    security,
    systemTitle: bytes.subarray(TITLE_AT, LENGTH_AT),
    counter: bytes.readUInt32BE(counterAt),
    cipherText: bytes.subarray(counterAt + COUNTER_BYTES, length - tagBytes),
    tag: tagBytes === 0 ? undefined : bytes.subarray(length - tagBytes, length),
  };
}

function isContent(security: number, length: number): boolean {
  const protection = PROTECTIONS.get(security);
  if (protection === undefined || length > LONGEST_CONTENT) return false;
  return length > SECURITY_BYTES + COUNTER_BYTES + protection.tagBytes;
}
