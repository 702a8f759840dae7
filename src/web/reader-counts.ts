import type { WhyGone } from './http/channel.ts';

/** Why the service itself drops one who reads over a WebSocket. */
const DROPS = { 'too slow': 'slow', talkative: 'talkative', dead: 'dead' } as const satisfies Partial<
  Record<WhyGone, string>
>;

/** What was counted of those who read over a WebSocket, since the start of the web's thread. */
export class ReaderCounts {
  telegrams = 0;
  clients = 0;
  readonly dropped: Record<(typeof DROPS)[keyof typeof DROPS], number> = { slow: 0, talkative: 0, dead: 0 };
  readonly refused = { full: 0 };

  gone(why: WhyGone): void {
    this.clients -= 1;
    if (isDrop(why)) this.dropped[DROPS[why]] += 1;
  }
}

function isDrop(why: WhyGone): why is keyof typeof DROPS {
  return why in DROPS;
}
