import type { Socket } from 'node:net';
import { MOST_UNSENT_BYTES, Said } from '../network/listener.ts';

/** Why a client was dropped. */
export type Drop = 'slow' | 'talkative';

/** A peer that lost its power says nothing: probes end what would else look connected for ever. */
const KEEP_ALIVE_MS = 30_000;
/** How long the last telegram may take to a client when all ends. */
const LAST_WORD_MS = 500;

/** A program that reads the stream over a connection of its own. */
export class Client {
  /** Grows from one to the next. */
  readonly id: number;
  readonly address: string;
  readonly since = new Date();
  /** That were sent to it. */
  telegrams = 0;
  lastMs = performance.now();
  readonly #socket: Socket;
  readonly #dropped: (reason: Drop) => void;
  readonly #said = new Said();

  constructor(id: number, socket: Socket, address: string, dropped: (reason: Drop) => void) {
    this.id = id;
    this.address = address;
    this.#socket = socket;
    this.#dropped = dropped;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', ({ length }) => {
      if (this.#said.isTooMuch(length)) this.#drop('talkative');
    });
  }

  /** Sends a telegram whole, in one write. @returns false where it is sent nothing any more. */
  send(telegram: Buffer): boolean {
    if (this.#socket.destroyed) return false;
    if (this.#socket.writableLength + telegram.length > MOST_UNSENT_BYTES) {
      this.#drop('slow');
      return false;
    }
    this.#socket.write(telegram);
    this.telegrams += 1;
    this.lastMs = performance.now();
    return true;
  }

  /** What was sent may still arrive. */
  close(): void {
    this.#socket.end();
    const late = setTimeout(() => this.#socket.destroy(), LAST_WORD_MS).unref();
    this.#socket.once('close', () => clearTimeout(late));
  }

  #drop(reason: Drop): void {
    if (this.#socket.destroyed) return;
    this.#socket.destroy();
    this.#dropped(reason);
  }
}
