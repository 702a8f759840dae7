/** Counts how long something took, in ranges, without a new object for each time. As plain data it goes to another thread. */
export class Durations {
  /** Upper ends of the ranges, in seconds; behind them is one more range, without an end. */
  readonly bounds: readonly number[];
  /** How many fell into each range. */
  readonly counts: number[];
  /** What they add up to, in seconds. */
  seconds = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(ms: number): void {
    const { bounds, counts } = this;
    const seconds = ms / 1_000;
    let range = 0;
    while (range < bounds.length && seconds > (bounds[range] ?? 0)) range += 1;
    counts[range] = (counts[range] ?? 0) + 1;
    this.seconds += seconds;
  }
}

/** Of what a disk does. */
export const OF_DISK_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Of what a server does. */
export const OF_SERVER_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
