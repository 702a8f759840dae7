import { BadRequest } from './control.ts';
import type { KeptDeadLetter } from '../journal/dead-letters.ts';
import type { OutboxState } from '../outbox/status.ts';

/** How one outbox stands, for a person. */
export interface OutboxRow {
  readonly name: string;
  /** `stopped`: no service runs. */
  readonly state: OutboxState | 'stopped';
  readonly since: string | undefined;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
  readonly waiting: number;
  /** When the oldest letter that waits was received. */
  readonly oldestAt: string | undefined;
  /** When nothing will be waiting any more at the present rate, in milliseconds from now. */
  readonly drainedInMs: number | undefined;
  readonly delivered: number;
  readonly thinned: number;
  readonly dropped: number;
  readonly dead: number;
}

/** A dead letter, without its telegram. */
export interface DeadRow {
  readonly id: number;
  readonly endpoint: string;
  readonly receivedAt: string;
  readonly buriedAt: string;
  readonly reason: string;
  /** True once somebody asked to send it again. */
  readonly retry: boolean;
}

/** Which dead letters of an endpoint; all where no ids are given. */
export interface Choice {
  readonly endpoint: string;
  readonly ids?: readonly number[] | undefined;
}

/**
 * What a person can do with outboxes. One shape, whether the service that runs does it, or, where none runs, the
 * command itself in the files.
 */
export interface Desk {
  list(): Promise<OutboxRow[]>;
  dead(endpoint: string | undefined): Promise<DeadRow[]>;
  /** @returns how many dead letters will be sent again. */
  retry(choice: Choice): Promise<number>;
  /** @returns how many dead letters were forgotten. */
  drop(choice: Choice): Promise<number>;
}

/** The one of this name. @throws {BadRequest} where there is none. */
export function findEndpoint<T extends { readonly name: string }>(name: string, all: readonly T[]): T {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new BadRequest(`no endpoint ${name}; there is: ${all.map((one) => one.name).join(', ') || 'none'}`);
}

export function toDeadRow({ id, endpoint, at, buriedAt, reason, retry }: KeptDeadLetter): DeadRow {
  return {
    id,
    endpoint,
    receivedAt: new Date(at).toISOString(),
    buriedAt: new Date(buriedAt).toISOString(),
    reason,
    retry,
  };
}

export function toStamp(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
