import Queue from 'better-queue';
import { CursorStore, type Bundle, type Taker } from './cursor-store.ts';

export interface ScheduleOptions<T> extends Taker<T> {
  /** Works through them in order. Resolves when they are done with; a stop leaves it pending. Never rejects. */
  process(items: readonly T[]): Promise<void>;
}

/**
 * better-queue as the scheduler of one outbox: it decides when the next run begins, one at a time. What waits lies in
 * the journal and nowhere else: its store contract is answered from a cursor. A take that finds nothing is answered
 * only when there is something: so new work begins at once, where a push would spend a timer and five turns on it.
 *
 * Its own retry, batching and persistence are not used: a failed task is deleted before it is put back, at the tail,
 * and its private maps keep an entry for each task ever pushed. Source: reading and measuring version 3.8.12.
 */
export class Schedule<T> {
  readonly #queue: Queue<Bundle<T>>;
  readonly #options: ScheduleOptions<T>;
  #pushes = 0;
  #stopped = false;
  #answerTake: () => void = () => undefined;

  constructor(options: ScheduleOptions<T>) {
    this.#options = options;
    this.#queue = new Queue<Bundle<T>>((bundle, done) => this.#run(bundle, done), {
      store: new CursorStore({ take: () => this.#take() }),
      id: 'id',
      batchSize: 1,
      concurrent: 1,
      maxRetries: 1,
    });
  }

  /** There is something to take. */
  push(): void {
    this.#pushes += 1;
    this.#answerTake();
  }

  /** Begins a run even where better-queue believes that there is nothing to do. */
  wake(): void {
    this.push();
    this.#expect(1);
    this.#queue.resume();
  }

  stop(): void {
    this.#stopped = true;
    this.#answerTake();
    this.#queue.pause();
    this.#queue.destroy();
  }

  async #take(): Promise<readonly T[]> {
    while (!this.#stopped) {
      const pushes = this.#pushes;
      const items = await this.#options.take();
      if (items.length > 0) return items;
      if (pushes === this.#pushes) await this.#pushed();
    }
    return [];
  }

  async #pushed(): Promise<void> {
    if (!this.#stopped) await new Promise<void>((resolve) => (this.#answerTake = resolve));
  }

  #run({ items }: Bundle<T>, done: (error: null) => void): void {
    void this.#options.process(items).then(() => {
      // This run is one of them: there always is a next take.
      this.#expect(2);
      // An error given to better-queue would delete the task.
      done(null);
    });
  }

  /** better-queue takes as long as it believes in `length`; how much really waits only a take can tell. */
  #expect(atLeast: number): void {
    this.#queue.length = Math.max(atLeast, this.#queue.length);
  }
}
