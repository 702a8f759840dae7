import { statSync } from 'node:fs';
import { join } from 'node:path';
import { TooManyBuckets, UnknownMeter } from '../history/answers.ts';
import { HISTORY_FILE, HistoryReader } from '../history/read.ts';
import { isDamage } from '../storage/sqlite.ts';
import { Problem } from './http/problem.ts';

const TOLD_MS = 60_000;

/** The history as routes ask it: opened with the first question, and again where the service made it anew. */
export class History {
  readonly #path: string;
  readonly #isKept: boolean;
  readonly #damaged: () => void;
  #toldMs = -Infinity;
  #reader: HistoryReader | undefined;
  /** Of the file that it reads: a damaged one is put aside, and another takes its place. */
  #inode: number | undefined;

  /**
   * @param isKept as `history.enabled` says.
   * @param damaged told where the file is broken, a minute apart: whoever writes it can repair it.
   */
  constructor(stateDir: string, isKept: boolean, damaged: () => void) {
    this.#path = join(stateDir, HISTORY_FILE);
    this.#isKept = isKept;
    this.#damaged = damaged;
  }

  /** @throws {Problem} where it cannot be asked, and for what it says no to. */
  ask<T>(question: (reader: HistoryReader) => T): T {
    if (!this.#isKept) throw new Problem('not-found', 'no history is kept here: history.enabled is false');
    try {
      return question(this.#open());
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** The same, where there seem to be no other meters than these. */
  among(meters: ReadonlySet<string>): Pick<History, 'ask' | 'zoneOf'> {
    return {
      ask: (question) => this.ask((reader) => reader.among(meters, question)),
      zoneOf: (meter) => (meter !== undefined && meters.has(meter) ? this.zoneOf(meter) : undefined),
    };
  }

  /** The time zone of a meter; undefined where there is none of that name, or none is named. @throws {Problem} */
  zoneOf(meter: string | undefined): string | undefined {
    return this.ask((reader) => reader.meters().find(({ id }) => id === meter)?.timeZone);
  }

  #open(): HistoryReader {
    const inode = statSync(this.#path, { throwIfNoEntry: false })?.ino;
    if (this.#reader !== undefined && inode === this.#inode) return this.#reader;
    this.close();
    this.#reader = new HistoryReader(this.#path);
    this.#inode = inode;
    return this.#reader;
  }

  #refusal(error: unknown): Error {
    if (error instanceof UnknownMeter) return new Problem('not-found', error.message);
    if (error instanceof TooManyBuckets)
      return new Problem('range-too-large', error.message, { fitting: error.fitting });
    if (error instanceof Problem) return error;
    this.close();
    if (isDamage(error)) this.#tell();
    return new Problem('store-unavailable', 'the history cannot be read at the moment', {}, { 'retry-after': '10' });
  }

  #tell(): void {
    if (performance.now() - this.#toldMs < TOLD_MS) return;
    this.#toldMs = performance.now();
    this.#damaged();
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}
