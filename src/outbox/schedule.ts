import Queue, { type Store } from 'better-queue';

/** A run of work that better-queue schedules: what one take found. */
interface Bundle<T> {
  readonly id: string;
  readonly items: readonly T[];
}

export interface ScheduleOptions<T> {
  /** Takes the next items, oldest first; none when nothing waits. Never throws. */
  take(): Promise<readonly T[]>;
  /** Works through them in order. Resolves when they are done with; a stop leaves it pending. */
  process(items: readonly T[]): Promise<void>;
  /** How many items wait at the start. */
  readonly waiting: number;
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
    this.#queue = new Queue<Bundle<T>>((bundle, done) => run(options, bundle, done), {
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

  /** There is one more item to take. */
  push(): void {
    this.#queue.push({ id: `n${++this.#lastId}`, items: [] });
  }

  /** Begins a run even where better-queue believes that there is nothing to do. */
  wake(): void {
    this.#queue.length = Math.max(1, this.#queue.length);
    this.#queue.resume();
  }

  stop(): void {
    this.#queue.pause();
    this.#queue.destroy();
  }
}

function run<T>(options: ScheduleOptions<T>, bundle: Bundle<T>, done: (error: null) => void): void {
  // An error given to better-queue would delete the task: `process` itself never gives up.
  void options.process(bundle.items).then(() => done(null));
}

/**
 * better-queue's store contract over a cursor. One lock at a time; releasing it deletes nothing, because only the
 * answer of an endpoint moves the cursor.
 */
class CursorStore<T> implements Store<Bundle<T>> {
  readonly #options: ScheduleOptions<T>;
  #taken: Bundle<T> | undefined;
  #lastLock = 0;

  constructor(options: ScheduleOptions<T>) {
    this.#options = options;
  }

  connect(done: (error: null, length: number) => void): void {
    done(null, this.#options.waiting);
  }

  getRunningTasks(done: (error: null, running: Record<string, never>) => void): void {
    done(null, {});
  }

  getTask(_id: string, done: (error: null) => void): void {
    done(null);
  }

  putTask(_id: string, _task: Bundle<T>, _priority: unknown, done: (error: null) => void): void {
    done(null);
  }

  takeFirstN(_count: number, done: (error: null, lockId: string) => void): void {
    void this.#options.take().then((items) => {
      this.#taken = items.length === 0 ? undefined : { id: `b${++this.#lastLock}`, items };
      done(null, `l${this.#lastLock}`);
    });
  }

  /** Synchronous, or better-queue would start a second run beside the first. */
  getLock(_lockId: string, done: (error: null, tasks: Record<string, Bundle<T>>) => void): void {
    done(null, this.#taken === undefined ? {} : { [this.#taken.id]: this.#taken });
  }

  releaseLock(_lockId: string, done: (error: null) => void): void {
    this.#taken = undefined;
    done(null);
  }

  deleteTask(_id: string, done: (error: null) => void): void {
    done(null);
  }
}
