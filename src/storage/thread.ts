import { parentPort, Worker } from 'node:worker_threads';

/** What a thread that waits most of the time holds at once is little: a small young generation keeps the process small. */
export const YOUNG_GENERATION_MB = 2;

/** The answer to a question, by its id. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

export interface ThreadOptions<Event> {
  /** For people, such as `journal`. */
  readonly name: string;
  readonly script: URL;
  /** What the thread is started with. */
  readonly settings: unknown;
  /** It tells something unasked. */
  readonly told: (event: Event) => void;
  /** It ended, for whatever reason; once. What was asked has failed with the same error. */
  readonly ended: (error: Error) => void;
}

interface Waiter {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** The thread that has a database, as seen from outside: it answers one question after the other. */
export class DatabaseThread<Event extends { readonly event: string }> {
  readonly #options: ThreadOptions<Event>;
  readonly #worker: Worker;
  readonly #waiters = new Map<number, Waiter>();
  #lastId = 0;
  #error: Error | undefined;

  constructor(options: ThreadOptions<Event>) {
    const { name, script, settings } = options;
    this.#options = options;
    this.#worker = new Worker(script, {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.on('message', (message: Reply | Event) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#end(new Error(`the ${name} thread ended`)));
  }

  /** Questions that wait for an answer. */
  get pending(): number {
    return this.#waiters.size;
  }

  /** @throws {Error} by name. */
  async ask(question: object): Promise<unknown> {
    if (this.#error !== undefined) throw this.#error;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      this.#worker.postMessage({ ...question, id });
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(message: Reply | Event): void {
    if ('event' in message) {
      this.#options.told(message);
      return;
    }
    const waiter = this.#waiters.get(message.id);
    this.#waiters.delete(message.id);
    if ('answer' in message) waiter?.resolve(message.answer);
    else waiter?.reject(Object.assign(new Error(message.error.message), { name: message.error.name }));
  }

  #end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.reject(error);
    this.#options.ended(error);
  }
}

/**
 * Inside of the thread: answers each question in its turn; an error crosses by its name and text.
 *
 * @param answer is given what the thread was asked, as {@link DatabaseThread.ask} sent it.
 */
export function answerEach(answer: (question: never) => unknown): void {
  parentPort?.on('message', (question: { readonly id: number }) => {
    parentPort?.postMessage(replyTo(question.id, () => answer(question as never)));
  });
}

function replyTo(id: number, answer: () => unknown): Reply {
  try {
    return { id, answer: answer() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message } };
  }
}
