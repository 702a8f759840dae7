import type { Received } from '../../telegram/receiver.ts';
import type { Finding } from '../../telegram/recognise.ts';
import type { RejectionReason } from '../../telegram/telegram.ts';

/** What was found in all. */
export interface Summary {
  readonly telegrams: number;
  readonly rejected: Readonly<Partial<Record<RejectionReason, number>>>;
  /** Bytes that belong to neither. */
  readonly noiseBytes: number;
  /** What the bytes look like, where no telegram is among them. */
  readonly finding: Finding | undefined;
}

/** How `decode` says what it finds: whole lines, with their line ends. */
export interface Wording {
  readonly item: (found: Received) => string;
  readonly summary: (summary: Summary) => string;
}
