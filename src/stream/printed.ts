import type { Telegram } from '../telegram/telegram.ts';
import { streamPrint } from './stream-print.ts';

/** A telegram on its way to readers: printed once, when the first of them wants it. */
export class Printed {
  /** Grows from one to the next, of whatever source; one that is repeated has another. */
  readonly number: number;
  readonly telegram: Telegram;
  readonly #addChecksum: boolean;
  #text: string | undefined;
  #bytes: Buffer | undefined;

  constructor(number: number, telegram: Telegram, addChecksum: boolean) {
    this.number = number;
    this.telegram = telegram;
    this.#addChecksum = addChecksum;
  }

  /** All of it ASCII. */
  get text(): string {
    this.#text ??= streamPrint(this.telegram, this.#addChecksum);
    return this.#text;
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text, 'latin1');
    return this.#bytes;
  }
}
