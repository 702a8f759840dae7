import { endMark } from './end-mark.ts';
import type { History } from './history.ts';
import { Outline, type Outcome, type Start } from './outline.ts';
import type { Rejection, RejectionReason, Telegram } from './telegram.ts';
import { judge, judgeUnmarked, type ChecksumMode } from './verdict.ts';
import { Window } from './window.ts';

export interface FramerOptions {
  /** Name that its telegrams carry. */
  readonly source: string;
  readonly checksum: ChecksumMode;
  /** What telegrams without a checksum have to follow from; without it each is judged by itself. */
  readonly history?: History | undefined;
  /** Milliseconds without a byte that end an open telegram; {@link NO_DATA_MS} by default. */
  readonly noDataMs?: number;
}

/** What the framer found, and the place of its first byte in the stream. */
export type Found = (Telegram | Rejection) & { readonly offset: number };

/** Digits may come 2 s behind their `!`. */
export const NO_DATA_MS = 3_000;

/** Bytes. No specification states a limit; the largest telegram that DSMR 5.0.2 can make is under 4 kB. */
export const LONGEST_TELEGRAM = 16_384;

/**
 * Cuts the bytes of one connection into telegrams, whatever the sizes of their chunks. Pure: no clock, no log, no wait.
 * It may begin in the middle of a telegram, whose rest it passes over without a word: make a new one for each connection.
 * Holds `LONGEST_TELEGRAM` bytes at most and takes linear time, whatever comes.
 * Sources: DSMR P1 Companion Standard 5.0.2, §6; what it does about damage is from field faults.
 */
export class Framer {
  readonly #source: string;
  readonly #noDataMs: number;
  readonly #window = new Window(LONGEST_TELEGRAM);
  readonly #outline = new Outline(this.#window);
  readonly #history: History | undefined;
  #checksum: ChecksumMode;
  /** False once a telegram ended with a `!`: one without was cut short then. A history knows that by itself. */
  #mayLackMark = true;
  #lastMs = 0;
  #found: Found[] = [];

  constructor({ source, checksum, history, noDataMs = NO_DATA_MS }: FramerOptions) {
    this.#source = source;
    this.#checksum = checksum;
    this.#history = history;
    this.#noDataMs = noDataMs;
  }

  /** Bytes so far that belong to no telegram and no rejection; line ends and NULs between telegrams are not counted. */
  get noiseBytes(): number {
    return this.#outline.noiseBytes;
  }

  /** Takes the next bytes, read at `atMs` (wall clock), and gives what they complete. */
  push(bytes: Uint8Array, atMs: number): readonly Found[] {
    this.#found = [];
    this.#expire(atMs);
    this.#lastMs = atMs;
    for (let taken = 0; taken < bytes.length;) {
      taken += this.#window.append(bytes, taken);
      while (this.#deal(this.#outline.read(atMs)));
    }
    return this.#found;
  }

  /** To be told now and then while nothing comes: it is `atMs`. `Infinity` at the end of a stream. */
  idle(atMs: number): readonly Found[] {
    this.#found = [];
    this.#expire(atMs);
    return this.#found;
  }

  #expire(atMs: number): void {
    if (atMs - this.#lastMs >= this.#noDataMs) this.#deal(this.#outline.finish());
  }

  /** Deals with what the outline shows; false where it wants more bytes. */
  #deal(outcome: Outcome): boolean {
    switch (outcome) {
      case 'whole':
        return this.#judge(judge);
      case 'cut':
        return this.#mayLackMark ? this.#judge(judgeUnmarked) : this.#reject('truncated', this.#outline.end);
      case 'open':
        return this.#window.isFull && this.#giveUp();
    }
  }

  /** Takes the first of the outline's starts that makes a telegram, else rejects the whole. */
  #judge(verdictOn: typeof judge): true {
    const { starts, end } = this.#outline;
    let reason: RejectionReason | undefined;
    for (const start of starts) {
      const standard = { mode: this.#checksum, history: this.#history, atMs: start.atMs };
      const verdict = verdictOn(this.#window.cut(start.place, end), standard);
      if ('checksum' in verdict) return this.#accept(start, verdict);
      reason ??= verdict.reason;
    }
    return this.#reject(reason ?? 'truncated', end);
  }

  #accept({ place, atMs }: Start, verdict: Pick<Telegram, 'raw' | 'checksum'>): true {
    const { end } = this.#outline;
    if (place > this.#window.begin) this.#reject('truncated', place);
    if (this.#mayLackMark && this.#history === undefined) this.#mayLackMark = endMark(verdict.raw) === undefined;
    if (this.#checksum === 'auto' && verdict.checksum !== 'absent') this.#checksum = 'required';
    const { raw, checksum } = verdict;
    this.#found.push({ source: this.#source, receivedAt: new Date(atMs), raw, checksum, offset: place });
    this.#outline.restart(end);
    return true;
  }

  #reject(reason: RejectionReason, end: number): true {
    const { begin } = this.#window;
    if (this.#outline.isRest) {
      this.#outline.drop(end);
    } else {
      this.#found.push({ reason, raw: this.#window.cut(begin, end), offset: begin });
      this.#outline.restart(end);
    }
    return true;
  }

  /** The window is full and no telegram is that long: goes on at a later start, at least half a window on, if there is one. */
  #giveUp(): true {
    const halfway = this.#window.begin + LONGEST_TELEGRAM / 2;
    const next = this.#outline.starts.find(({ place }) => place >= halfway);
    return this.#reject('oversized', next?.place ?? this.#window.end);
  }
}
