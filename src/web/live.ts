import { asBuffer } from '../journal/crossing.ts';
import { standardOffsetMinutes } from '../reading/local-time.ts';
import { headerOf } from '../reading/meter-model.ts';
import { Reader } from '../reading/reader.ts';
import { sleep } from '../time/sleep.ts';
import type { NewestReading, NewestTelegram } from './newest-reading.ts';
import type { OfficeLine } from './office/line.ts';
import type { Newest } from './office/table.ts';
import type { SourcePlace } from './settings.ts';

/** How soon a stream has a new telegram, at the latest. */
const LOOK_MS = 250;

interface Known extends NewestTelegram {
  readonly count: number;
}

/** What the meters said last. */
export class Live {
  readonly #office: OfficeLine;
  readonly #readers: ReadonlyMap<string, Reader>;
  readonly #known = new Map<string, Known>();
  /** The look under way, which all share who want one. */
  #looking: Promise<void> | undefined;

  constructor(office: OfficeLine, sources: readonly SourcePlace[]) {
    this.#office = office;
    this.#readers = new Map(
      sources.map(({ name, timeZone }) => [name, new Reader({ standardOffset: standardOffsetMinutes(timeZone) })]),
    );
  }

  /** The newest of each source that has had one since the start. @throws {Problem} */
  async newest(): Promise<readonly NewestReading[]> {
    await this.#look();
    return [...this.#known.values()];
  }

  /** The same of one source, with what was printed; undefined where none has come. @throws {Problem} */
  async newestOf(source: string): Promise<NewestTelegram | undefined> {
    await this.#look();
    return this.#known.get(source);
  }

  /** Each reading as it comes, beginning with the newest of each source, until the signal aborts. */
  async *follow(signal: AbortSignal): AsyncGenerator<NewestReading> {
    const told = new Map<string, number>();
    while (!signal.aborted) {
      await this.#look().catch(() => undefined);
      for (const known of this.#known.values()) {
        if (told.get(known.source) === known.count) continue;
        told.set(known.source, known.count);
        yield known;
      }
      await sleep(LOOK_MS, signal);
    }
  }

  async #look(): Promise<void> {
    this.#looking ??= this.#fetch().finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async #fetch(): Promise<void> {
    const known = Object.fromEntries([...this.#known].map(([source, { count }]) => [source, count]));
    for (const newest of await this.#office.ask('newest', { known })) this.#read(newest);
  }

  #read({ source, count, receivedAt, raw }: Newest): void {
    const bytes = asBuffer(raw);
    const reading = this.#readers.get(source)?.read({ raw: bytes, receivedAt });
    if (reading === undefined) return;
    this.#known.set(source, { source, count, reading, receivedAt, header: headerOf(bytes), raw: bytes });
  }
}
