import type { Telegram } from '../telegram/telegram.ts';
import type { Letter } from './letter.ts';

interface Waiter {
  readonly resolve: (seq: number) => void;
  readonly reject: (error: Error) => void;
}

/** Telegrams whose sender was promised to hear when they are on the card. */
export class Promises {
  readonly #waiters = new Map<Telegram, Waiter>();

  /** Resolves with its number once it is on the card. */
  async of(telegram: Telegram): Promise<number> {
    return new Promise((resolve, reject) => this.#waiters.set(telegram, { resolve, reject }));
  }

  /** Whether one of these is waited for: then they are to go onto the card at once. */
  holdAny(telegrams: readonly Telegram[]): boolean {
    return this.#waiters.size > 0 && telegrams.some((telegram) => this.#waiters.has(telegram));
  }

  fulfil(letters: readonly Letter[]): void {
    if (this.#waiters.size === 0) return;
    for (const { seq, telegram } of letters) this.#take(telegram)?.resolve(seq);
  }

  break(telegram: Telegram, error: Error): void {
    this.#take(telegram)?.reject(error);
  }

  breakAll(error: Error): void {
    for (const telegram of [...this.#waiters.keys()]) this.break(telegram, error);
  }

  #take(telegram: Telegram): Waiter | undefined {
    const waiter = this.#waiters.get(telegram);
    this.#waiters.delete(telegram);
    return waiter;
  }
}
