import type { RejectionReason } from '../telegram/telegram.ts';

/** Why a telegram was rejected, in the words that monitors of P1 use. */
export const REASON_WORDS: Readonly<Record<RejectionReason, string>> = {
  checksum: 'crc',
  'checksum-missing': 'crc-missing',
  truncated: 'truncated',
  oversized: 'oversize',
  parity: 'parity',
  implausible: 'implausible',
  inconsistent: 'inconsistent',
  encrypted: 'encrypted',
  decryption: 'decryption',
};
