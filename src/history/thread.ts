import { DatabaseThread } from '../storage/thread.ts';
import type { Op, Requests, ThreadEvent, ThreadSettings } from './protocol.ts';

/** The history's thread as seen from outside. It is started by the first question, and again where it ended. */
export class HistoryThread {
  readonly #script: URL;
  readonly #settings: ThreadSettings;
  readonly #told: (event: ThreadEvent) => void;
  #thread: DatabaseThread<ThreadEvent> | undefined;

  constructor(script: URL, settings: ThreadSettings, told: (event: ThreadEvent) => void) {
    this.#script = script;
    this.#settings = settings;
    this.#told = told;
  }

  get isStarted(): boolean {
    return this.#thread !== undefined;
  }

  /** Questions that wait for an answer. */
  get pending(): number {
    return this.#thread?.pending ?? 0;
  }

  /** @throws {Error} by name. */
  async ask<O extends Op>(op: O, ask: Requests[O]['ask']): Promise<Requests[O]['answer']> {
    this.#thread ??= this.#start();
    return (await this.#thread.ask({ op, ask })) as Requests[O]['answer'];
  }

  async end(): Promise<void> {
    await this.#thread?.terminate();
  }

  #start(): DatabaseThread<ThreadEvent> {
    return new DatabaseThread({
      name: 'history',
      script: this.#script,
      settings: this.#settings,
      told: this.#told,
      ended: () => (this.#thread = undefined),
    });
  }
}
