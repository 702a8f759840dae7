import { isIPv6 } from 'node:net';

const MOST_FAILURES = 10;
const WITHIN_MS = 60_000;
/** Addresses that are remembered; the oldest go first. */
const MOST_ADDRESSES = 1_000;

interface Failures {
  count: number;
  readonly sinceMs: number;
}

/** Counts failed attempts by address, so that nobody can try keys at will. */
export class Throttle {
  readonly #failures = new Map<string, Failures>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** How long this address has to wait, in seconds; 0 where it may try. */
  waitS(address: string): number {
    const failures = this.#recent(placeOf(address));
    if (failures === undefined || failures.count < MOST_FAILURES) return 0;
    return Math.max(1, Math.ceil((failures.sinceMs + WITHIN_MS - this.#nowMs()) / 1_000));
  }

  failed(address: string): void {
    const place = placeOf(address);
    const failures = this.#recent(place) ?? { count: 0, sinceMs: this.#nowMs() };
    failures.count += 1;
    this.#failures.delete(place);
    this.#failures.set(place, failures);
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size > MOST_ADDRESSES) this.#failures.delete(oldest);
  }

  #recent(place: string): Failures | undefined {
    const failures = this.#failures.get(place);
    return failures !== undefined && this.#nowMs() - failures.sinceMs < WITHIN_MS ? failures : undefined;
  }
}

/** Whoever has one IPv6 address has a whole /64 of them. */
function placeOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [front = '', back = ''] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  const tail = back === '' ? [] : back.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - tail.length) }, () => '0');
  return [...groups, ...zeros, ...tail].slice(0, 4).join(':');
}
