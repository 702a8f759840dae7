import { DatabaseThread } from '../storage/thread.ts';
import type { Passed } from './cursors.ts';
import type { Op, Request, Requests, ThreadEvent, WorkerSettings } from './protocol.ts';

export interface ThreadEvents {
  /** The thread tells something unasked. */
  told(event: ThreadEvent): void;
  /** It ended without having been asked to, which no outside fault should cause. */
  failed(error: Error): void;
}

/** A cursor that moved is written with the next request, or after this long. */
const CURSOR_DELAY_MS = 2_000;

/** The journal's thread as seen from outside: requests and answers, and the cursors that ride along with requests. */
export class Thread {
  readonly #thread: DatabaseThread<ThreadEvent>;
  #passed: Passed[] = [];
  #cursorTimer: NodeJS.Timeout | undefined;
  #isToEnd = false;

  constructor(script: URL, settings: WorkerSettings, events: ThreadEvents) {
    this.#thread = new DatabaseThread({
      ...{ name: 'journal', script, settings },
      told: (event) => events.told(event),
      ended: (error) => {
        if (!this.#isToEnd) events.failed(error);
      },
    });
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
    if (this.#isToEnd) throw new Error('the journal thread ended');
    clearTimeout(this.#cursorTimer);
    this.#cursorTimer = undefined;
    const passed = this.#passed;
    this.#passed = [];
    const request: Omit<Request, 'id'> = { op, ask, passed };
    return (await this.#thread.ask(request)) as Requests[O]['answer'];
  }

  async end(): Promise<void> {
    this.#isToEnd = true;
    clearTimeout(this.#cursorTimer);
    await this.#thread.terminate();
  }
}
