import type { Message } from '../link.ts';
import { objectIn } from '../object-in.ts';
import type { Publication } from '../publication.ts';

export const READINGS = 'dsmr/reading/';
/** A number for each reading. */
export const ID = `${READINGS}id`;
const TIME = `${READINGS}timestamp`;
/** DSMR-reader has no such topic: it says which readings are ours. */
export const MARKER = 'dsmr/p1-relay';

/** As many as can be on their way at a time, and the one that the broker has. */
const MOST_RECENT = 21;

/** From which up to which. */
type Span = readonly [unknown, unknown];

/**
 * Whose the readings are that a broker keeps: ours only if they are of those that we published last. So the marker goes ahead of each
 * reading and names the last ones, and there is no last will: it would say in our place what it cannot know.
 */
export class Owner {
  readonly #instance: string;
  readonly #version: string;
  #recent: (readonly [id: number, time: string])[] = [];
  #marker: Readonly<Record<string, unknown>> = {};

  /** @param instance what tells this p1-relay from others. */
  constructor(instance: string, version: string) {
    this.#instance = instance;
    this.#version = version;
  }

  /** Nothing of what a broker keeps was heard yet. */
  connected(): void {
    this.#marker = {};
  }

  /** Takes in the marker that the broker keeps. */
  hear({ payload }: Pick<Message, 'payload'>): void {
    this.#marker = objectIn(payload);
  }

  /** Whether another p1-relay says that it publishes. */
  isOther({ payload }: Pick<Message, 'payload'>): boolean {
    return payload.length > 0 && objectIn(payload)['instance'] !== this.#instance;
  }

  /** @param kept what the broker keeps, by topic. */
  isOurs(kept: ReadonlyMap<string, string>): boolean {
    const { instance, ids, times } = this.#marker;
    const [id, time] = [kept.get(ID), kept.get(TIME)];
    if (instance !== this.#instance || (id === undefined && time === undefined)) return false;
    return (id === undefined || isWithin(Number(id), ids)) && (time === undefined || isWithin(time, times));
  }

  /** What goes ahead of a reading. */
  mark(id: number, time: string): Publication {
    this.#recent = [...this.#recent, [id, time] as const].slice(-MOST_RECENT);
    const ids = this.#recent.map(([one]) => one);
    const times = this.#recent.map(([, one]) => one).sort();
    const payload = JSON.stringify({
      ...{ instance: this.#instance, version: this.#version },
      ...{ ids: [Math.min(...ids), Math.max(...ids)], times: [times[0], times.at(-1)] },
    });
    return { topic: MARKER, payload, qos: 1, retain: true };
  }

  /** Goes on from what the broker keeps of ours. */
  resume(kept: ReadonlyMap<string, string>): void {
    const [id, time] = [Number(kept.get(ID)), kept.get(TIME)];
    if (this.#recent.length === 0 && Number.isSafeInteger(id) && time !== undefined) this.#recent = [[id, time]];
  }
}

function isWithin(value: number | string, span: unknown): boolean {
  if (!Array.isArray(span)) return false;
  const [from, to] = span as unknown as Span;
  if (typeof value === 'number')
    return typeof from === 'number' && typeof to === 'number' && value >= from && value <= to;
  return typeof from === 'string' && typeof to === 'string' && value >= from && value <= to;
}
