import { createCipheriv } from 'node:crypto';

/**
 * Encrypts the telegrams of one meter as those of Luxembourg do: a frame each, whose counter goes up by one.
 *
 * @param key 32 hexadecimal digits, as is `authenticationKey`.
 * @param title eight bytes, the first three the letters of a manufacturer.
 * Source: Luxmetering "E-Meter P1 Specification" 1.1.3.
 */
export function encryptor(
  key: string,
  authenticationKey: string,
  title: Buffer = SIMULATED,
  first = 1,
): (telegram: Uint8Array) => Buffer {
  let counter = first;
  return (telegram) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter++);
    const cipher = createCipheriv('aes-128-gcm', Buffer.from(key, 'hex'), Buffer.concat([title, count]), {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(Buffer.concat([SECURITY, Buffer.from(authenticationKey, 'hex')]));
    const cipherText = Buffer.concat([cipher.update(telegram), cipher.final()]);
    const content = Buffer.concat([SECURITY, count, cipherText, cipher.getAuthTag()]);
    return Buffer.concat([BEGINNING, title, lengthOf(content), content]);
  };
}

const SIMULATED = Buffer.from('SIM\0\0\0\0\x01', 'latin1');
const BEGINNING = Uint8Array.of(0xdb, 0x08);
const SECURITY = Uint8Array.of(0x30);
const TAG_BYTES = 12;
const TWO_BYTES_FOLLOW = 0x82;

function lengthOf({ length }: Buffer): Buffer {
  const digits = Buffer.of(TWO_BYTES_FOLLOW, 0, 0);
  digits.writeUInt16BE(length, 1);
  return digits;
}
