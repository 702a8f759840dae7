import { crc16Modbus } from './crc16.ts';
import { findFrame } from './encrypted-frame.ts';

/** What ports send that look like a P1 port and are none. Each claim is made of bytes that may begin and end anywhere. */

/** HDLC, in which DLMS meters push: `7E`, format type 3 with its length, and a `7E` at the end. Source: IEC 62056-46 §6.4. */
export const isHdlc = (bytes: Buffer): boolean => isMadeOf(bytes, hdlcLength);

/** Wired M-Bus: `68 L L 68`, L bytes, their sum, `16`. Source: EN 13757-2 §5.5. */
export const isMBus = (bytes: Buffer): boolean => isMadeOf(bytes, mBusLength);

/** Modbus RTU: requests and answers of reading and writing registers. Source: Modbus Application Protocol V1.1b3, §6. */
export const isModbus = (bytes: Buffer): boolean => isMadeOf(bytes, modbusLength);

/** SML, version 1 of its transport: escape, then begin. Source: BSI TR-03109-1, annex IV, §4.5. */
export const isSml = (bytes: Buffer): boolean => bytes.includes(SML_BEGIN);

/** The head of a frame in which meters of Luxembourg and Austria encrypt a telegram. */
export const isEncrypted = (bytes: Buffer): boolean => findFrame(bytes) !== undefined;

const SML_BEGIN = Buffer.from('1b1b1b1b01010101', 'hex');

/** Frames by chance are short and few: those of a protocol make up most of what is heard. */
const LEAST_SHARE = 0.5;

/** `lengthAt` tells how long the frame is that begins at a place, 0 where none does. */
function isMadeOf(bytes: Buffer, lengthAt: (bytes: Buffer, at: number) => number): boolean {
  let covered = 0;
  for (let at = 0; at < bytes.length;) {
    const length = lengthAt(bytes, at);
    covered += length;
    at += length || 1;
  }
  return bytes.length > 0 && covered / bytes.length >= LEAST_SHARE;
}

const HDLC_FLAG = 0x7e;
/** Addresses, control, checksum. */
const SHORTEST_HDLC = 7;

/** Without its last flag, which may be the first of the next frame. */
function hdlcLength(bytes: Buffer, at: number): number {
  const [flag, format = 0, low = 0] = bytes.subarray(at, at + 3);
  const length = ((format & 0x07) << 8) | low;
  const isFrame = flag === HDLC_FLAG && (format & 0xf0) === 0xa0 && length >= SHORTEST_HDLC;
  return isFrame && bytes[at + 1 + length] === HDLC_FLAG ? 1 + length : 0;
}

function mBusLength(bytes: Buffer, at: number): number {
  const [start, length = 0, again, startAgain] = bytes.subarray(at, at + 4);
  if (start !== 0x68 || startAgain !== 0x68 || length !== again || length < 3) return 0;
  const end = at + 4 + length;
  const sum = bytes.subarray(at + 4, end).reduce((total, byte) => total + byte, 0) & 0xff;
  return bytes[end] === sum && bytes[end + 1] === 0x16 ? 4 + length + 2 : 0;
}

const LAST_ADDRESS = 247;
const REQUEST_BYTES = 8;

/** Functions 1 to 6: all requests have eight bytes, and the answers of reading say how many they have. */
function modbusLength(bytes: Buffer, at: number): number {
  const [address = 0, command = 0, count = 0] = bytes.subarray(at, at + 3);
  if (address < 1 || address > LAST_ADDRESS || command < 1 || command > 6) return 0;
  const answerBytes = command <= 4 && count > 0 ? 5 + count : REQUEST_BYTES;
  return [REQUEST_BYTES, answerBytes].find((length) => endsInCrc(bytes, at, at + length)) ?? 0;
}

function endsInCrc(bytes: Buffer, from: number, to: number): boolean {
  return to <= bytes.length && crc16Modbus(bytes, from, to - 2) === bytes.readUInt16LE(to - 2);
}
