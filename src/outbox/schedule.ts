import Queue from 'better-queue';
import { CursorStore, type Bundle, type Taker } from './cursor-store.ts';

export interface ScheduleOptions<T> extends Taker<T> {
  /** Works through them in order. Resolves when they are done with; a stop leaves it pending. Never rejects. */
  process(items: readonly T[]): Promise<void>;
}

/**
 * better-queue as the scheduler of one outbox: it decides when the next run begins, one at a time, and hears of new
 * work through `push`. What waits lies in the journal and nowhere else: its store contract is answered from a cursor.
 *
 * Its own retry, batching and persistence are not used: a failed task is deleted before it is put back, at the tail,
 * and its private maps keep an entry for each task ever pushed. Source: reading and measuring version 3.8.12.
 */
export class Schedule<T> {
  readonly #queue: Queue<Bundle<T>>;
  #lastId = 0;

  constructor(options: ScheduleOptions<T>) {
    this.#queue = new Queue<Bundle<T>>((bundle, done) => this.#run(options, bundle, done), {
      store: new CursorStore(options),
      id: 'id',
      batchSize: 1,
      concurrent: 1,
      maxRetries: 1,
    });
    this.#queue.on('task_queued', (id: string) => {
      // better-queue never empties these itself.
      Reflect.deleteProperty(this.#queue._tickets, id);
      Reflect.deleteProperty(this.#queue._queuedTime, id);
    });
  }

  /** There is something to take. */
  push(): void {
    this.#queue.push({ id: `n${++this.#lastId}`, items: [] });
  }

  /** Begins a run even where better-queue believes that there is nothing to do. */
  wake(): void {
    this.#expect(1);
    this.#queue.resume();
  }

  stop(): void {
    this.#queue.pause();
    this.#queue.destroy();
  }

  #run(options: ScheduleOptions<T>, bundle: Bundle<T>, done: (error: null) => void): void {
    void options.process(bundle.items).then(() => {
      // This run is one of them: only a take that finds nothing ends the work.
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
