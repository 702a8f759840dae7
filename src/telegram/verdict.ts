import { CARRIAGE_RETURN, isGap, LINE_FEED, SLASH_WITH_PARITY } from './characters.ts';
import { hasValidCrc16, readChecksum } from './checksum.ts';
import { parseCosem } from './cosem.ts';
import type { History } from './history.ts';
import { readEvenParity } from './parity.ts';
import { looksWhole, namesVersion } from './plausibility.ts';
import { snapshotOf, type Ending } from './snapshot.ts';
import type { Checksum, RejectionReason } from './telegram.ts';

/**
 * What the framer asks of a telegram: `required`, a checksum; `absent`, a checksum that fits where one is printed, else a
 * pass through the plausibility gate; `auto`, as `absent` until a checksum was seen, and only from meters too old to print one.
 */
export type ChecksumMode = 'required' | 'absent' | 'auto';

/** What bytes are judged by. */
export interface Standard {
  readonly mode: ChecksumMode;
  /** What the source's earlier telegrams tell; undefined where each is judged by itself. */
  readonly history: History | undefined;
  /** When the first byte came. */
  readonly atMs: number;
}

export type Verdict = { readonly checksum: Checksum; readonly raw: Buffer } | { readonly reason: RejectionReason };

/** Whether the bytes, from a `/` to behind a `!`, are a telegram: if so its text, else why not. */
export function judge(bytes: Buffer, standard: Standard): Verdict {
  const raw = textOf(bytes);
  if (raw === undefined) return { reason: 'parity' };
  const status = hasValidCrc16(raw) ? 'valid' : readChecksum(raw).status;
  if (status === 'mismatch') return { reason: 'checksum' };
  if (status === 'missing') return judgeBare(raw, 'mark', standard);
  if (standard.mode === 'absent') standard.history?.trust(snapshotOf(raw, parseCosem(raw), 'checksum', standard.atMs));
  return { checksum: status, raw };
}

/** The same for bytes that got no `!`: some meters of DSMR 2.2 leave its line out, and none of a later version does. */
export function judgeUnmarked(bytes: Buffer, standard: Standard): Verdict {
  const text = textOf(bytes);
  const raw = text && text.subarray(0, lastLineEnd(text));
  if (raw === undefined || raw.length === 0 || namesVersion(parseCosem(raw))) return { reason: 'truncated' };
  const verdict = judgeBare(raw, 'nothing', standard);
  return 'reason' in verdict ? { reason: 'truncated' } : verdict;
}

function judgeBare(raw: Buffer, ending: Ending, { mode, history, atMs }: Standard): Verdict {
  if (mode === 'required') return { reason: 'checksum-missing' };
  const text = parseCosem(raw);
  if (mode === 'auto' && namesVersion(text)) return { reason: 'checksum-missing' };
  if (!looksWhole(text)) return { reason: 'implausible' };
  if (history?.admits(snapshotOf(raw, text, ending, atMs)) === false) return { reason: 'inconsistent' };
  return { checksum: 'absent', raw };
}

function textOf(bytes: Buffer): Buffer | undefined {
  return bytes[0] === SLASH_WITH_PARITY ? readEvenParity(bytes) : bytes;
}

/** Length up to the line end behind the last line, whatever gap follows; 0 where that line was cut off. */
function lastLineEnd(text: Buffer): number {
  let end = text.length;
  while (end > 0 && isGap(text[end - 1] as number)) end--;
  if (text[end] === CARRIAGE_RETURN && text[end + 1] === LINE_FEED) return end + 2;
  return text[end] === CARRIAGE_RETURN || text[end] === LINE_FEED ? end + 1 : 0;
}
