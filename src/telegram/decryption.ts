import { createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { SLASH } from './characters.ts';
import { readChecksum } from './checksum.ts';
import type { EncryptedFrame } from './encrypted-frame.ts';

export interface DecryptionSettings {
  /** The meter's own key: 32 hexadecimal digits. */
  readonly key: string;
  /** What the tag is made over, beside the telegram: 32 hexadecimal digits. */
  readonly authenticationKey: string;
  /** `optional`: where only the tag does not fit, a telegram whose CRC16 is right is taken. */
  readonly tag: 'required' | 'optional';
}

/** How a telegram was encrypted. */
export interface Encryption {
  /** `unverified`: its tag does not fit, or it has none; the CRC16 inside is right. */
  readonly tag: 'verified' | 'unverified';
  /** The meter's count of its frames. */
  readonly counter: number;
  /** Whether its counter is none beyond that of the frame before it: it came again, or the meter has a new key. */
  readonly isReplayed: boolean;
}

/** A decrypted frame. */
export interface Opened {
  readonly clear: Buffer;
  readonly encryption: Encryption;
}

/** The keys of one meter, and how far its frame counter is. Made once for a source: the count goes on over connections. */
export class Decryption {
  readonly #key: KeyObject;
  readonly #authenticationKey: Buffer;
  readonly #isTagOptional: boolean;
  #last: { readonly title: string; readonly counter: number } | undefined;

  constructor({ key, authenticationKey, tag }: DecryptionSettings) {
    this.#key = createSecretKey(Buffer.from(key, 'hex'));
    this.#authenticationKey = Buffer.from(authenticationKey, 'hex');
    this.#isTagOptional = tag === 'optional';
  }

  /**
   * Decrypts a frame: AES-128-GCM, whose tag is cut to twelve bytes. Undefined where the tag does not fit, be it because
   * of the key, the authentication key or damage; with an optional tag, where the CRC16 inside is wrong as well.
   * Source: Luxmetering "E-Meter P1 Specification" 1.1.3; NIST SP 800-38D.
   */
  open(frame: EncryptedFrame): Opened | undefined {
    const { clear, isVerified } = this.#decipher(frame);
    if (!isVerified && !(this.#isTagOptional && isTelegram(clear))) return undefined;
    const tag = isVerified ? 'verified' : 'unverified';
    return { clear, encryption: { tag, counter: frame.counter, isReplayed: this.#count(frame) } };
  }

  /** GCM encrypts as a stream: the clear bytes are there before the tag is looked at. */
  #decipher({ security, systemTitle, counter, cipherText, tag }: EncryptedFrame) {
    const nonce = Buffer.alloc(NONCE_BYTES);
    systemTitle.copy(nonce);
    nonce.writeUInt32BE(counter, systemTitle.length);
    const decipher = createDecipheriv('aes-128-gcm', this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.concat([Uint8Array.of(security), this.#authenticationKey]));
    const clear = decipher.update(cipherText);
    if (tag === undefined) return { clear, isVerified: false };
    try {
      decipher.setAuthTag(tag).final();
      return { clear, isVerified: true };
    } catch {
      return { clear, isVerified: false };
    }
  }

  /** Whether this counter, or a higher one, was seen before. */
  #count({ systemTitle, counter }: EncryptedFrame): boolean {
    const title = systemTitle.toString('latin1');
    const isReplayed = this.#last?.title === title && counter <= this.#last.counter;
    this.#last = { title, counter };
    return isReplayed;
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 12;

function isTelegram(bytes: Buffer): boolean {
  return bytes[0] === SLASH && readChecksum(bytes).status === 'valid';
}
