import type { TransformCallback } from 'node:stream';
import { ReadlineParser } from '@serialport/parser-readline';

/** Longer than any line of a telegram: its longest, a text message, takes 2,066 bytes. */
export const MAX_LINE_BYTES = 4_096;
/** The last line of a telegram may come without a line end: after so much quiet, what is there goes on. */
export const QUIET_MS = 100;

/**
 * Cuts bytes behind each `\n` into latin-1 strings, whose concatenation is exactly what came in. Unlike parser-readline
 * alone it never holds more than {@link MAX_LINE_BYTES}, and never for longer than {@link QUIET_MS} of quiet.
 */
export class LineGuard extends ReadlineParser {
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    // Any other set-up loses the empty line or the bytes above 0x7F, and the CRC16 with them.
    super({ delimiter: '\n', encoding: 'latin1', includeDelimiter: true, readableObjectMode: true });
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    for (let rest = chunk; rest.length > 0;) {
      const piece = rest.subarray(0, MAX_LINE_BYTES - this.buffer.length);
      super._transform(piece, encoding, () => undefined);
      if (this.buffer.length >= MAX_LINE_BYTES) this.#letGo();
      rest = rest.subarray(piece.length);
    }
    if (this.buffer.length > 0) this.#awaitQuiet();
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#letGo();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    super._destroy(error, done);
  }

  #awaitQuiet(): void {
    this.#timer ??= setTimeout(() => this.#letGo(), QUIET_MS);
    this.#timer.refresh();
  }

  /** parser-readline alone would let go of an empty line, too. */
  #letGo(): void {
    if (this.buffer.length > 0) super._flush(() => undefined);
  }
}
