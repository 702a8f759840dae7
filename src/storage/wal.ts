import { readFileSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Of a frame's header only this part is in its checksum. */
const SUMMED_BYTES = 8;
const MAGIC_LITTLE_ENDIAN = 0x377f0682;
const MAGIC_BIG_ENDIAN = 0x377f0683;

/**
 * How many commits of a -wal file SQLite will pass over in silence, since something before them is broken: a flipped bit,
 * or what a power cut took out of its middle. 0 where the file is whole, or there is none.
 * Source: sqlite.org/fileformat2.html §4.
 */
export function brokenCommits(walPath: string, pageBytes: number): number {
  const wal = read(walPath);
  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  if (wal.byteLength < HEADER_BYTES + frameBytes) return 0;
  let sum = sumOfHeader(wal);
  // Frames of the round before this one are still there behind its own, and were never part of it.
  const round = sum === undefined ? roundAt(wal, HEADER_BYTES + 8) : roundAt(wal, 16);
  let broken = 0;
  for (let at = HEADER_BYTES; at + frameBytes <= wal.byteLength; at += frameBytes) {
    const isOfRound = roundAt(wal, at + 8) === round;
    sum &&= isOfRound ? sumOfFrame(sum, wal, at, frameBytes) : undefined;
    const isCommit = wal.getUint32(at + 4) !== 0;
    if (sum === undefined && isOfRound && isCommit) broken += 1;
  }
  return broken;
}

type Sum = readonly [number, number];

/** The two salts that all frames of one round carry. */
function roundAt(wal: DataView, place: number): bigint {
  return wal.getBigUint64(place);
}

/** @returns undefined where it is not what the header says. */
function sumOfHeader(wal: DataView): Sum | undefined {
  const magic = wal.getUint32(0);
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return undefined;
  const sum = add([0, 0], wal, 0, HEADER_BYTES - 8);
  return sum[0] === wal.getUint32(24) && sum[1] === wal.getUint32(28) ? sum : undefined;
}

/** @returns undefined where it is not what the frame says. */
function sumOfFrame(before: Sum, wal: DataView, frame: number, frameBytes: number): Sum | undefined {
  const begun = add(before, wal, frame, SUMMED_BYTES);
  const sum = add(begun, wal, frame + FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES);
  return sum[0] === wal.getUint32(frame + 16) && sum[1] === wal.getUint32(frame + 20) ? sum : undefined;
}

function add([first, second]: Sum, wal: DataView, from: number, bytes: number): Sum {
  const isLittleEndian = wal.getUint32(0) === MAGIC_LITTLE_ENDIAN;
  for (let at = from; at < from + bytes; at += 8) {
    first = (first + wal.getUint32(at, isLittleEndian) + second) >>> 0;
    second = (second + wal.getUint32(at + 4, isLittleEndian) + first) >>> 0;
  }
  return [first, second];
}

function read(path: string): DataView {
  try {
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new DataView(buffer, byteOffset, byteLength);
  } catch {
    return new DataView(new ArrayBuffer(0));
  }
}
