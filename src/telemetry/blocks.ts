import type { RejectionReason } from '../telegram/telegram.ts';

/** What a rejection of this kind usually comes from, and what to do. */
export const HINTS: Readonly<Record<RejectionReason, string>> = {
  checksum: 'often a long or bad cable, a weak pull-up or interference',
  'checksum-missing': 'this meter may print no CRC16: then set checksum: absent',
  truncated: 'bytes were lost, or another program reads the same port',
  oversized: 'no meter prints that much: wrong speed, or no P1 port',
  parity: 'a 9600 7E1 line with damaged bytes: check the cable',
  implausible: 'without a CRC16 only whole, well-formed telegrams are taken',
  inconsistent: 'without a CRC16 counters may not fall or leap; an exchanged meter is believed after three telegrams',
  encrypted: 'set key of this source to the one that the grid operator gives out for this meter',
  decryption: 'key or authenticationKey is not that of this meter, or bytes were changed on the way',
};

/** What can stand in the way of every telegram, and after how many rejected in a row that is sure. */
const BLOCKS: Partial<Record<RejectionReason, { readonly after: number; readonly trouble: string }>> = {
  'checksum-missing': { after: 20, trouble: '20 telegrams in a row end in a bare !' },
  encrypted: { after: 2, trouble: 'its telegrams are encrypted' },
  decryption: { after: 3, trouble: 'its telegrams cannot be decrypted' },
};

/** Knows of each source what stands in the way of its telegrams. A telegram ends that; a connection made anew does not. */
export class Blocks {
  /** Rejected since the last accepted telegram, where for one reason alone. */
  readonly #inARow = new Map<string, { readonly reason: RejectionReason; readonly amount: number }>();
  readonly #troubles = new Map<string, string>();

  rejected(source: string, reason: RejectionReason): void {
    const before = this.#inARow.get(source);
    const amount = before?.reason === reason ? before.amount + 1 : 1;
    this.#inARow.set(source, { reason, amount });
    const block = BLOCKS[reason];
    if (block !== undefined && amount >= block.after) this.#troubles.set(source, `${block.trouble}; ${HINTS[reason]}`);
  }

  accepted(source: string): void {
    this.#inARow.delete(source);
    this.#troubles.delete(source);
  }

  /** What it is and what to do about it; undefined where nothing is known to be in the way. */
  troubleOf(source: string): string | undefined {
    return this.#troubles.get(source);
  }
}
