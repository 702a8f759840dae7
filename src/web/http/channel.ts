/** Why a client of a channel is there no more. */
export type WhyGone =
  'client left' | 'too slow' | 'talkative' | 'dead' | 'key ended' | 'full' | 'unavailable' | 'the service stopped';

/** A way to one client that stays open, for messages to it. */
export interface Channel {
  /** One message. A client that lags too far behind is dropped. @returns false where it is gone. */
  send(text: string): boolean;
  /** Says why, and ends. @param code of RFC 6455, §7.4.1. */
  end(code: number, why: WhyGone): void;
}

/** Sends what it has, until its signal aborts, whose reason is why ({@link WhyGone}). */
export type ChannelSource = (channel: Channel, signal: AbortSignal) => Promise<void>;
