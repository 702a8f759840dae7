import { isLineEnd, LINE_FEED, MARK, SLASH_WITH_PARITY } from '../../telegram/characters.ts';
import { printChecksum, readChecksum } from '../../telegram/checksum.ts';
import { hasEvenParity, sevenBits } from '../../telegram/parity.ts';
import { parseCosem } from '../../telegram/cosem.ts';
import { FIRST_BYTE } from '../../telegram/encrypted-frame.ts';
import { whatLacks } from '../../telegram/plausibility.ts';
import type { Rejection, RejectionReason } from '../../telegram/telegram.ts';
import { NETHERLANDS, type Context } from '../../reading/time.ts';
import { pointAt } from './caret.ts';
import { findFaults, type Fault } from './faults.ts';

/** Why bytes are no telegram, in words, and the places where the fault shows, if it can be known. */
export function explainRejection(rejection: Rejection): string[] {
  const { why, look } = REASONS[rejection.reason];
  const text = textOf(rejection.raw);
  const faults = look(text, rejection.raw);
  return [why(text), ...faults.slice(0, MOST).flatMap((fault) => explainFault(text, fault)), ...sayRest(faults)];
}

/** Lines with a fault that are shown. */
const MOST = 5;

interface Explanation {
  readonly why: (text: Buffer) => string;
  /** Finds where it shows. `text` is without parity bits, `raw` as it came. */
  readonly look: (text: Buffer, raw: Buffer) => readonly Fault[];
}

const EVERYWHERE = 'the fault can be in any byte';

const REASONS: Readonly<Record<RejectionReason, Explanation>> = {
  checksum: { why: sayChecksums, look: lookAtLines },
  'checksum-missing': {
    why: () => 'it ends in a bare ! where this meter should print a CRC16; --checksum absent takes such telegrams',
    look: (text) => [{ places: [text.lastIndexOf(MARK) + 1], what: 'no CRC16' }],
  },
  truncated: {
    why: () => 'the rest never came, or something else began before its end',
    look: (text, raw) => (isFrame(raw) ? [] : [{ places: [endOf(text)], what: 'it breaks off here' }]),
  },
  oversized: {
    why: () => 'no telegram is that long, and no ! ended it',
    look: (text) => findFaults(text.subarray(0, text.lastIndexOf(LINE_FEED) + 1), HERE),
  },
  parity: {
    why: () => 'it is of a 7E1 line, and bytes with a wrong parity bit were changed on the way',
    look: (_, raw) => oddBytes(raw),
  },
  implausible: {
    why: (text) => `it has no CRC16, and does not look whole: ${whatLacks(parseCosem(text)).join(', ')}`,
    look: (text) => findFaults(text, HERE),
  },
  inconsistent: {
    why: () =>
      'it has no CRC16, and does not follow from the telegrams before: a counter fell or leapt, or digits are gone',
    look: (text) => findFaults(text, HERE),
  },
  encrypted: { why: () => 'an encrypted frame: give the key of its meter with --key', look: () => [] },
  decryption: {
    why: () =>
      'the key does not open this frame: --key or --aad is not that of its meter, or a byte was changed on the way; ' +
      'if --key is right, --tag optional takes telegrams whose CRC16 is right',
    look: () => [],
  },
};

function sayChecksums(text: Buffer): string {
  const { printed, computed } = readChecksum(text);
  return `it prints the CRC16 ${printed}, its bytes give ${printChecksum(computed)}: at least one was changed on the way, or lost`;
}

const HERE: Context = { site: NETHERLANDS, receivedAt: new Date(0) };

function lookAtLines(text: Buffer): readonly Fault[] {
  const faults = findFaults(text, HERE);
  return faults.length > 0 ? faults : [{ places: [], what: `every line is well-formed: ${EVERYWHERE}` }];
}

function explainFault(text: Buffer, { places, what }: Fault): string[] {
  const [place] = places;
  if (place === undefined) return [what];
  const { at, line } = lineAround(text, place);
  const columns = places.map((other) => other - at);
  return [`byte ${place} of it: ${what}`, ...pointAt(line, columns).map((shown) => `  ${shown}`)];
}

function sayRest({ length }: readonly Fault[]): string[] {
  return length > MOST ? [`and ${length - MOST} more`] : [];
}

/** The line that a byte is of, or stands behind. */
function lineAround(text: Buffer, place: number): { at: number; line: string } {
  let [at, end] = [place, place];
  while (at > 0 && !isLineEnd(text[at - 1] as number)) at--;
  while (end < text.length && !isLineEnd(text[end] as number)) end++;
  return { at, line: text.toString('latin1', at, end) };
}

/** Bytes of a 7E1 line that were changed; those of one line together. */
function oddBytes(raw: Buffer): readonly Fault[] {
  const text = textOf(raw);
  const lines: { end: number; places: number[] }[] = [];
  for (const [place, byte] of raw.entries()) {
    if (hasEvenParity(byte)) continue;
    const last = lines.at(-1);
    if (last !== undefined && place <= last.end) last.places.push(place);
    else {
      const { at, line } = lineAround(text, place);
      lines.push({ end: at + line.length, places: [place] });
    }
  }
  return lines.map(({ places }) => ({ places, what: 'an odd number of ones' }));
}

function textOf(raw: Buffer): Buffer {
  return raw[0] === SLASH_WITH_PARITY ? sevenBits(raw) : raw;
}

/** Behind the last byte that is no line end. */
function endOf(text: Buffer): number {
  return text.findLastIndex((byte) => !isLineEnd(byte)) + 1;
}

function isFrame(raw: Buffer): boolean {
  return raw[0] === FIRST_BYTE;
}
