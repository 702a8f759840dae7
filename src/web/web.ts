import { isAborted } from '../time/aborted.ts';
import { Worker } from 'node:worker_threads';
import { YOUNG_GENERATION_MB } from '../storage/thread.ts';
import { atMost } from '../time/at-most.ts';
import { sleep } from '../time/sleep.ts';
import type { Office } from './office/office.ts';
import type { FromWeb, ToWeb } from './office/table.ts';
import type { WebSettings } from './settings.ts';

/** What happens to it, for the log. */
export interface WebEvents {
  listening(url: string): void;
  unavailable(reason: string): void;
  /** Its certificate was read anew, or cannot be. */
  renewed(): void;
  notRenewed(reason: string): void;
  /** Somebody at this address wants to know which device this is. */
  identify(address: string): void;
  /** A request was not answered by a fault of this program. */
  fault(text: string): void;
  /** Its thread ended by itself; it is started again. */
  ended(error: Error): void;
}

const SCRIPT = new URL('./worker.js', import.meta.url);
const RESTART_MS = [1_000, 5_000, 30_000, 60_000] as const;
/** A thread that lasted so long was well. */
const WELL_AFTER_MS = 600_000;
/** Longer than its server waits for its last answers. */
const CLOSE_MS = 4_000;
/** A client must not be able to fill the memory of the whole machine. */
const OLD_GENERATION_MB = 64;

/** The page and the API, in a thread of their own that is started again where it ends. */
export class Web {
  readonly #script: URL;
  readonly #settings: WebSettings;
  readonly #office: Office;
  readonly #events: WebEvents;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(settings: WebSettings, office: Office, events: WebEvents, script = SCRIPT) {
    this.#script = script;
    this.#settings = settings;
    this.#office = office;
    this.#events = events;
  }

  start(): void {
    this.#running = this.#keep();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; ; failures++) {
      const startedMs = performance.now();
      const error = await this.#run();
      if (isAborted(signal)) return;
      if (performance.now() - startedMs > WELL_AFTER_MS) failures = 0;
      if (failures === 0) this.#events.ended(error);
      await sleep(RESTART_MS[failures] ?? RESTART_MS[RESTART_MS.length - 1] ?? 0, signal);
    }
  }

  /** @returns why it ended. */
  async #run(): Promise<Error> {
    const worker = new Worker(this.#script, {
      workerData: this.#settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB, maxOldGenerationSizeMb: OLD_GENERATION_MB },
    });
    const end = (): void => void this.#end(worker);
    this.#stop.signal.addEventListener('abort', end, { once: true });
    worker.on('message', (message: FromWeb) => this.#hear(worker, message));
    try {
      return await new Promise<Error>((resolve) => {
        worker.once('error', (error) => resolve(error instanceof Error ? error : new Error(String(error))));
        worker.once('exit', (code) => resolve(new Error(`it ended with code ${code}`)));
        if (this.#stop.signal.aborted) end();
      });
    } finally {
      this.#stop.signal.removeEventListener('abort', end);
    }
  }

  async #end(worker: Worker): Promise<void> {
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage({ event: 'stop' } satisfies ToWeb);
    if (!(await atMost(CLOSE_MS, exited))) await worker.terminate();
  }

  #hear(worker: Worker, message: FromWeb): void {
    if ('id' in message) void this.#answer(worker, message);
    else if (message.event === 'listening') this.#events.listening(message.url);
    else if (message.event === 'unavailable') this.#events.unavailable(message.reason);
    else if (message.event === 'renewed') this.#events.renewed();
    else if (message.event === 'notRenewed') this.#events.notRenewed(message.reason);
    else if (message.event === 'identify') this.#events.identify(message.address);
    else this.#events.fault(message.text);
  }

  async #answer(worker: Worker, { id, op, ask }: Extract<FromWeb, { id: number }>): Promise<void> {
    // Question and answer are of one row of the table: the cast ends here.
    const answer = this.#office[op] as (ask: unknown) => unknown;
    const reply = await Promise.resolve()
      .then(() => answer(ask))
      .then(
        (value): ToWeb => ({ id, answer: value }),
        (error: unknown): ToWeb => ({ id, error: error instanceof Error ? error.message : String(error) }),
      );
    worker.postMessage(reply);
  }
}
