import { Worker } from 'node:worker_threads';
import type { Passed } from './cursors.ts';
import type { Message, Op, Request, Requests, WorkerSettings } from './protocol.ts';

export interface ThreadEvents {
  /** The thread tells something unasked. */
  told(event: Extract<Message, { event: string }>): void;
  /** It ended without having been asked to, which no outside fault should cause. */
  failed(error: Error): void;
}

interface Waiter {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** A cursor that moved is written with the next request, or after this long. */
const CURSOR_DELAY_MS = 2_000;
/** The thread holds a few rows at a time: a small young generation is enough, and keeps the process small. */
const YOUNG_GENERATION_MB = 2;

/** The journal's thread as seen from outside: requests and answers, and the cursors that ride along with requests. */
export class Thread {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #waiters = new Map<number, Waiter>();
  #passed: Passed[] = [];
  #cursorTimer: NodeJS.Timeout | undefined;
  #ended = false;
  #lastId = 0;

  constructor(script: URL, settings: WorkerSettings, events: ThreadEvents) {
    this.#events = events;
    this.#worker = new Worker(script, {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.on('message', (message: Message) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#end(new Error('the journal thread ended')));
  }

  /** A cursor moved: on disk with the next request, at the latest after a few seconds. */
  pass(passed: Passed): void {
    this.#passed.push(passed);
    this.#cursorTimer ??= setTimeout(() => {
      this.ask('pass', {}).catch(() => undefined);
    }, CURSOR_DELAY_MS);
  }

  /** The cursors that moved ride along; the thread has them even where it fails the request. @throws {Error} by name. */
  async ask<O extends Op>(op: O, ask: Requests[O]['ask']): Promise<Requests[O]['answer']> {
    if (this.#ended) throw new Error('the journal thread ended');
    clearTimeout(this.#cursorTimer);
    this.#cursorTimer = undefined;
    const id = ++this.#lastId;
    const passed = this.#passed;
    this.#passed = [];
    return new Promise<Requests[O]['answer']>((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#worker.postMessage({ id, op, ask, passed } satisfies Request);
    });
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#cursorTimer);
    await this.#worker.terminate();
  }

  #receive(message: Message): void {
    if ('event' in message) {
      this.#events.told(message);
      return;
    }
    const waiter = this.#waiters.get(message.id);
    this.#waiters.delete(message.id);
    if ('answer' in message) waiter?.resolve(message.answer as never);
    else waiter?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
  }

  #end(error: Error): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
    if (this.#ended) return;
    this.#ended = true;
    this.#events.failed(error);
  }
}
