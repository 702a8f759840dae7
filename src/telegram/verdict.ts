import { readChecksum } from './checksum.ts';
import { SLASH_WITH_PARITY } from './characters.ts';
import { readEvenParity } from './parity.ts';
import { looksWhole, namesVersion } from './plausibility.ts';
import type { Checksum, RejectionReason } from './telegram.ts';

/**
 * What the framer asks of a telegram: `required`, a checksum; `absent`, a checksum that fits where one is printed, else a
 * pass through the plausibility gate; `auto`, as `absent` until a checksum was seen, and only from meters too old to print one.
 */
export type ChecksumMode = 'required' | 'absent' | 'auto';

export type Verdict = { readonly checksum: Checksum; readonly raw: Buffer } | { readonly reason: RejectionReason };

/** Whether the bytes, from a `/` to behind a `!`, are a telegram: if so its text, else why not. */
export function judge(bytes: Buffer, mode: ChecksumMode): Verdict {
  const raw = bytes[0] === SLASH_WITH_PARITY ? readEvenParity(bytes) : bytes;
  if (raw === undefined) return { reason: 'parity' };
  const { status } = readChecksum(raw);
  if (status === 'mismatch') return { reason: 'checksum' };
  if (status !== 'missing') return { checksum: status, raw };
  if (mode === 'required' || (mode === 'auto' && namesVersion(raw))) return { reason: 'checksum-missing' };
  return looksWhole(raw) ? { checksum: 'absent', raw } : { reason: 'implausible' };
}
