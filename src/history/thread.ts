import { Worker } from 'node:worker_threads';
import type { Message, Op, Request, Requests, ThreadSettings } from './protocol.ts';

/** What the thread tells unasked. */
export type ThreadEvent = Extract<Message, { event: string }>;

interface Waiter {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** The thread holds a few rows at a time: a small young generation is enough, and keeps the process small. */
const YOUNG_GENERATION_MB = 2;

/** The history's thread as seen from outside. It is started by the first question, and again where it ended. */
export class HistoryThread {
  readonly #script: URL;
  readonly #settings: ThreadSettings;
  readonly #told: (event: ThreadEvent) => void;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(script: URL, settings: ThreadSettings, told: (event: ThreadEvent) => void) {
    this.#script = script;
    this.#settings = settings;
    this.#told = told;
  }

  get isStarted(): boolean {
    return this.#worker !== undefined;
  }

  /** Questions that wait for an answer. */
  get pending(): number {
    return this.#waiters.size;
  }

  /** @throws {Error} by name. */
  async ask<O extends Op>(op: O, ask: Requests[O]['ask']): Promise<Requests[O]['answer']> {
    const id = ++this.#lastId;
    return new Promise<Requests[O]['answer']>((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, op, ask } satisfies Request);
    });
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#script, {
      workerData: this.#settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    worker.on('message', (message: Message) => this.#receive(message));
    worker.on('error', (error) => this.#ended(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => this.#ended(worker, new Error('the history thread ended')));
    return worker;
  }

  #receive(message: Message): void {
    if ('event' in message) {
      this.#told(message);
      return;
    }
    const waiter = this.#waiters.get(message.id);
    this.#waiters.delete(message.id);
    if ('answer' in message) waiter?.resolve(message.answer as never);
    else waiter?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
  }

  #ended(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(error);
  }
}
