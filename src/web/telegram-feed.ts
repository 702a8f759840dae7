import type { Found, Streamed } from '../stream/awaited.ts';
import { aborted } from '../time/aborted.ts';
import { sleep } from '../time/sleep.ts';
import { ReaderCounts } from './reader-counts.ts';
import type { OfficeLine } from './office/line.ts';

const RETRY_MS = 500;

/** Each telegram as it comes, from the main thread, which is asked for them only while somebody follows. */
export class TelegramFeed {
  readonly counts = new ReaderCounts();
  readonly #office: Pick<OfficeLine, 'ask'>;
  readonly #signal: AbortSignal;
  readonly #followers = new Set<(telegram: Streamed) => void>();
  #isAsking = false;

  /** @param signal ends it. */
  constructor(office: Pick<OfficeLine, 'ask'>, signal: AbortSignal) {
    this.#office = office;
    this.#signal = signal;
  }

  /**
   * Tells the newest telegram of a source, while it is young, and then each as it comes, until the signal aborts.
   * @throws {Problem} where the first cannot be asked for.
   */
  async read(source: string, told: (telegram: Streamed) => void, signal: AbortSignal): Promise<void> {
    const { upTo, telegrams } = await this.#office.ask('newestPrinted', { source });
    let last = 0;
    const tell = (telegram: Streamed): void => {
      if (telegram.source !== source || telegram.number <= last || signal.aborted) return;
      last = telegram.number;
      told(telegram);
    };
    telegrams.forEach(tell);
    last = Math.max(last, upTo);
    this.#followers.add(tell);
    void this.#ask(upTo);
    await aborted(signal);
    this.#followers.delete(tell);
  }

  async #ask(number: number): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    let after = number;
    while (this.#followers.size > 0 && !this.#signal.aborted) {
      const found = await this.#office.ask('printed', { after }).catch(() => undefined);
      if (found === undefined) await sleep(RETRY_MS, this.#signal);
      else after = this.#tell(found);
    }
    this.#isAsking = false;
  }

  #tell({ upTo, telegrams }: Found): number {
    for (const telegram of telegrams) for (const told of this.#followers) told(telegram);
    return upTo;
  }
}
