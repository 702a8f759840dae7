import type { Drop } from '../stream/client.ts';
import type { Refusal } from '../stream/clients.ts';
import type { StreamEvents } from '../stream/stream.ts';
import type { Log } from './log.ts';
import { count } from './wording.ts';

/** Why a client was sent away, and what to do about it. */
const REASONS: Readonly<Record<Refusal | Drop, string>> = {
  full: 'refused: as many are connected as stream.maxClients allows',
  address: 'refused: as many are connected from there as stream.maxPerAddress allows',
  network: 'refused: it is of no network in stream.allowCidrs',
  slow: 'dropped: it reads too slowly, 256 kB wait for it',
  talkative: 'dropped: it sends more than 64 kB a minute to a stream that only tells',
};
/** After the first of a kind one line so often, as long as there are more. */
const SUMMARY_MS = 3_600_000;

interface Told {
  atMs: number;
  more: number;
}

/** Tells of the stream: the first client that is sent away for a reason by name, the others by number. */
export class StreamTeller implements StreamEvents {
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #told = new Map<Refusal | Drop, Told>();
  #trouble = '';

  constructor(log: Log, nowMs: () => number = () => performance.now()) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  listening(at: string): void {
    this.#trouble = '';
    this.#log.info(`stream: listening on ${at}`);
  }

  unavailable(reason: string): void {
    if (this.#trouble !== reason) this.#log.warn(`stream: cannot listen on ${reason}; trying again until it works`);
    this.#trouble = reason;
  }

  refused(address: string, reason: Refusal): void {
    this.#sentAway(address, reason);
  }

  dropped(address: string, reason: Drop): void {
    this.#sentAway(address, reason);
  }

  /** Asked for now and then. */
  summarise(): void {
    for (const [reason, told] of this.#told) {
      if (this.#nowMs() - told.atMs < SUMMARY_MS) continue;
      if (told.more === 0) this.#told.delete(reason);
      else this.#log.warn(`stream: ${count(told.more, 'more client')} ${REASONS[reason]}`);
      Object.assign(told, { atMs: this.#nowMs(), more: 0 });
    }
  }

  #sentAway(address: string, reason: Refusal | Drop): void {
    const told = this.#told.get(reason);
    if (told !== undefined) {
      told.more += 1;
      return;
    }
    this.#told.set(reason, { atMs: this.#nowMs(), more: 0 });
    this.#log.warn(`stream: a client at ${address} was ${REASONS[reason]}`);
  }
}
