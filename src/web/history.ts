import { join } from 'node:path';
import { TooManyBuckets, UnknownMeter } from '../history/answers.ts';
import { HISTORY_FILE, HistoryReader } from '../history/read.ts';
import { isDamage } from '../storage/sqlite.ts';
import { Problem } from './http/problem.ts';
import { Reopened } from './reopened.ts';

const TOLD_MS = 60_000;

/** The history as routes ask it. */
export class History {
  readonly #file: Reopened<HistoryReader>;
  readonly #isKept: boolean;
  readonly #damaged: () => void;
  #toldMs = -Infinity;

  /**
   * @param isKept as `history.enabled` says.
   * @param damaged told where the file is broken, a minute apart: whoever writes it can repair it.
   */
  constructor(stateDir: string, isKept: boolean, damaged: () => void) {
    this.#file = new Reopened(join(stateDir, HISTORY_FILE), (path) => new HistoryReader(path));
    this.#isKept = isKept;
    this.#damaged = damaged;
  }

  /** @throws {Problem} where it cannot be asked, and for what it says no to. */
  ask<T>(question: (reader: HistoryReader) => T): T {
    if (!this.#isKept) throw new Problem('not-found', 'no history is kept here: history.enabled is false');
    try {
      return question(this.#file.reader);
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

  #refusal(error: unknown): Error {
    if (error instanceof UnknownMeter) return new Problem('not-found', error.message);
    if (error instanceof TooManyBuckets)
      return new Problem('range-too-large', error.message, { fitting: error.fitting });
    if (error instanceof Problem) return error;
    this.#file.close();
    if (isDamage(error)) this.#tell();
    return new Problem('store-unavailable', 'the history cannot be read at the moment', {}, { 'retry-after': '10' });
  }

  #tell(): void {
    if (performance.now() - this.#toldMs < TOLD_MS) return;
    this.#toldMs = performance.now();
    this.#damaged();
  }
}
