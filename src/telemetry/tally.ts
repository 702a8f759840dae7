import type { RejectionReason } from '../telegram/telegram.ts';

/** What was counted of one source since the start. */
export interface SourceTally {
  readonly name: string;
  /** True while its connection carries bytes. */
  connected: boolean;
  /** True once a capture was read to its end. */
  ended: boolean;
  /** Why it gives no telegrams, where it does not. */
  trouble: string | undefined;
  /** The port and speed on which its meter was found by listening. */
  foundOn: string | undefined;
  accepted: number;
  /** Of those accepted: with a bit that was set right. */
  repaired: number;
  readonly rejected: Partial<Record<RejectionReason, number>>;
  /** Accepted from encrypted frames whose tag does not fit, as the source's `tag: optional` allows. */
  unverified: number;
  /** Encrypted frames whose counter did not grow. */
  replayed: number;
  /** True where telegrams are posted to it, as often as their sender likes. */
  takesPosts: boolean;
  /** Posted again, and not taken a second time. */
  repeated: number;
  /** Whole telegrams that could not be written to disk in time and fell out of memory. */
  lost: number;
  /** Of its connection, good or bad. */
  bytes: number;
  noiseBytes: number;
  connections: number;
  lastAcceptedAt: Date | undefined;
}

/** What was counted since the start, by source. Outboxes count for themselves. */
export class Tally {
  readonly #sources = new Map<string, SourceTally>();
  /** Letters that no endpoint will take, whichever. */
  refused = 0;

  /** What did not come through, with its number; empty where everything did. */
  missed(): string[] {
    const sum = (of: (source: SourceTally) => number): number => this.sources().reduce((all, one) => all + of(one), 0);
    const rejected = sum(({ rejected }) => Object.values(rejected).reduce((all, one) => all + one, 0));
    const amounts = { rejected, lost: sum(({ lost }) => lost), refused: this.refused };
    return Object.entries(amounts).flatMap(([what, amount]) => (amount > 0 ? [`${amount} ${what}`] : []));
  }

  source(name: string): SourceTally {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const fresh: SourceTally = {
      name,
      connected: false,
      ended: false,
      trouble: 'not opened yet',
      foundOn: undefined,
      accepted: 0,
      repaired: 0,
      rejected: {},
      unverified: 0,
      replayed: 0,
      takesPosts: false,
      repeated: 0,
      lost: 0,
      bytes: 0,
      noiseBytes: 0,
      connections: 0,
      lastAcceptedAt: undefined,
    };
    this.#sources.set(name, fresh);
    return fresh;
  }

  sources(): readonly SourceTally[] {
    return [...this.#sources.values()];
  }
}
