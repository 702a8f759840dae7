import type { Store } from 'better-queue';

/** A run of work that better-queue schedules: what one take found. */
export interface Bundle<T> {
  readonly id: string;
  readonly items: readonly T[];
}

export interface Taker<T> {
  /** Takes the next items, oldest first; none when nothing waits. Never rejects. */
  take(): Promise<readonly T[]>;
}

/**
 * better-queue's store contract over a cursor. One lock at a time; releasing it deletes nothing, because only the
 * answer of an endpoint moves the cursor.
 */
export class CursorStore<T> implements Store<Bundle<T>> {
  readonly #taker: Taker<T>;
  #taken: Bundle<T> | undefined;
  #lastLock = 0;

  constructor(taker: Taker<T>) {
    this.#taker = taker;
  }

  connect(done: (error: null, length: number) => void): void {
    done(null, 1);
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
    void this.#taker.take().then((items) => {
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
