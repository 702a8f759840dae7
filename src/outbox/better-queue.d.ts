/** The part of better-queue 3.8.12 that is used here; its published types lack the store's half of the contract. */
declare module 'better-queue' {
  import type { EventEmitter } from 'node:events';

  type Callback<T = void> = (error: Error | null, result?: T) => void;

  interface Store<T> {
    connect(done: Callback<number>): void;
    getTask(id: string, done: Callback<T>): void;
    putTask(id: string, task: T, priority: unknown, done: Callback): void;
    takeFirstN(count: number, done: Callback<string>): void;
    getLock(lockId: string, done: Callback<Record<string, T>>): void;
    getRunningTasks(done: Callback<Record<string, Record<string, T>>>): void;
    releaseLock(lockId: string, done: Callback): void;
    deleteTask(id: string, done: Callback): void;
  }

  interface Options<T> {
    store: Store<T>;
    id: string;
    batchSize: number;
    concurrent: number;
    maxRetries: number;
  }

  class Queue<T> extends EventEmitter {
    constructor(process: (task: T, done: Callback) => void, options: Options<T>);
    push(task: T): void;
    resume(): void;
    pause(): void;
    destroy(done?: () => void): void;
    length: number;
  }

  export default Queue;
  export type { Store };
}
