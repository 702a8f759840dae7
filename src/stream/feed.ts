import type { Letter } from '../journal/letter.ts';
import { isPosted } from '../reading/posted.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { Printed } from './printed.ts';
import { Spacing } from './spacing.ts';

/** What was kept from the disk for so long is no news: whoever follows would get a flood of it. */
const NO_NEWS_MS = 60_000;
/** Home Assistant hangs up after 60 s without a byte, evcc after 30 s: who follows a slower meter is told its last one again. */
const SLOW_MS = 30_000;
const REPEAT_MS = 25_000;

interface Course {
  readonly spacing: Spacing;
  readonly atMs: number;
  newest: Printed;
  repeat: NodeJS.Timeout | undefined;
}

/** Telegrams as they are accepted, for whoever follows. Readings that were posted are none. */
export class Feed {
  readonly #addChecksum: boolean;
  readonly #nowMs: () => number;
  readonly #courses = new Map<string, Course>();
  readonly #followers = new Set<(printed: Printed) => void>();
  /** Of the last telegram. */
  #number = 0;

  /** @param nowMs a clock that only runs forward. */
  constructor(addChecksum: boolean, nowMs: () => number = () => performance.now()) {
    this.#addChecksum = addChecksum;
    this.#nowMs = nowMs;
  }

  get number(): number {
    return this.#number;
  }

  accepted(letters: readonly Letter[]): void {
    const now = Date.now();
    for (const { telegram } of letters)
      if (!isPosted(telegram.raw) && now - telegram.receivedAt.getTime() < NO_NEWS_MS) this.#take(telegram);
  }

  /** The last telegram of a source, while the next is not long overdue. */
  newest(source: string): Printed | undefined {
    const course = this.#courses.get(source);
    return course !== undefined && this.#isYoung(course) ? course.newest : undefined;
  }

  /** `told` gets each telegram from now on, until what this returns is called. */
  follow(told: (printed: Printed) => void): () => void {
    this.#followers.add(told);
    return () => this.#followers.delete(told);
  }

  close(): void {
    for (const { repeat } of this.#courses.values()) clearTimeout(repeat);
    this.#followers.clear();
  }

  #take(telegram: Telegram): void {
    const { source } = telegram;
    const before = this.#courses.get(source);
    const spacing = before?.spacing ?? new Spacing();
    const atMs = this.#nowMs();
    spacing.add(atMs);
    clearTimeout(before?.repeat);
    const course: Course = { spacing, atMs, newest: this.#printed(telegram), repeat: undefined };
    this.#courses.set(source, course);
    this.#tell(course);
  }

  #tell(course: Course): void {
    for (const told of this.#followers) told(course.newest);
    if (course.spacing.ms > SLOW_MS) course.repeat = setTimeout(() => this.#again(course), REPEAT_MS).unref();
  }

  /** A meter that has stopped must not look alive. */
  #again(course: Course): void {
    if (!this.#isYoung(course)) return;
    course.newest = this.#printed(course.newest.telegram);
    this.#tell(course);
  }

  #isYoung({ atMs, spacing }: Course): boolean {
    return this.#nowMs() - atMs <= 2 * spacing.ms;
  }

  #printed(telegram: Telegram): Printed {
    return new Printed(++this.#number, telegram, this.#addChecksum);
  }
}
