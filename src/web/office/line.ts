import { Problem } from '../http/problem.ts';
import { OF_JOURNAL, POSTS, type FromWeb, type Op, type Questions, type ToWeb } from './table.ts';

interface Waiter {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** A main thread that does not answer for so long is in trouble. */
const PATIENCE_MS = 1_500;
/** What is posted waits for the card, which may stall for seconds; whoever posts waits for 20 s, as a rule. */
const POST_PATIENCE_MS = 15_000;
/** Questions that wait; whoever comes then is sent away. */
const MOST_WAITING = 64;

/** The line to the main thread, from the web's. */
export class OfficeLine {
  readonly #post: (message: FromWeb) => void;
  readonly #waiters = new Map<number, Waiter>();
  /** The last question to the journal; the next one waits for it. */
  #journal: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #lastId = 0;

  constructor(post: (message: FromWeb) => void) {
    this.#post = post;
  }

  /** @throws {Problem} where it cannot be told at the moment. */
  async ask<O extends Op>(op: O, ask: Questions[O]['ask']): Promise<Questions[O]['answer']> {
    if (this.#waiting >= MOST_WAITING) throw unavailable('too many questions wait already');
    this.#waiting += 1;
    const before = OF_JOURNAL.includes(op) ? this.#journal : undefined;
    const answer = (before === undefined ? this.#send(op, ask) : before.then(() => this.#send(op, ask))).finally(() => {
      this.#waiting -= 1;
    });
    if (before !== undefined) this.#journal = answer.catch(() => undefined);
    return answer;
  }

  hear(message: Extract<ToWeb, { id: number }>): void {
    const waiter = this.#waiters.get(message.id);
    this.#waiters.delete(message.id);
    if ('answer' in message) waiter?.resolve(message.answer as never);
    else waiter?.reject(unavailable(message.error));
  }

  async #send<O extends Op>(op: O, ask: Questions[O]['ask']): Promise<Questions[O]['answer']> {
    const id = ++this.#lastId;
    return new Promise<Questions[O]['answer']>((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.#waiters.delete(id);
          reject(unavailable('the service does not answer at the moment'));
        },
        POSTS.includes(op) ? POST_PATIENCE_MS : PATIENCE_MS,
      );
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          done(value);
        };
      this.#waiters.set(id, { resolve: settle(resolve), reject: settle(reject) });
      this.#post({ id, op, ask });
    });
  }
}

function unavailable(detail: string): Problem {
  return new Problem('store-unavailable', detail, {}, { 'retry-after': '5' });
}
