import { join } from 'node:path';
import { BOOK_FILE, type KeptVisit } from '../history/book.ts';
import { atMost } from '../time/at-most.ts';
import { sleep } from '../time/sleep.ts';
import { Denials } from './denials.ts';
import { Kept } from './kept.ts';
import type { OfficeLine } from './office/line.ts';
import { partVisits, type PartVisit } from './part-visits.ts';
import type { WebSettings } from './settings.ts';
import { toKept, Visits } from './visits.ts';

interface BooksParts {
  readonly office: Pick<OfficeLine, 'ask'>;
  readonly settings: WebSettings;
  readonly signal: AbortSignal;
}

const FETCH_MS = 5_000;
/** What is new is kept so often, and at the end; what goes on is brought up to date each tenth time. */
const KEEP_MS = 60_000;
const REFRESH = 10;
const RETRY_MS = 1_000;
/** Whoever asks first waits no longer to learn of earlier ids. */
const BEGIN_MS = 1_500;
const STOPPED = 'the service stopped';

/** What was turned down and who was here, in memory until the history's thread has it in its book. */
export class Books {
  readonly denials: Denials;
  readonly visits: Visits;
  readonly #parts: BooksParts;
  #begun: Promise<void> = Promise.resolve();
  #isKept = false;
  #rounds = 0;
  #keptDenial = 0;
  /** Of each visit, whether it went on when it was kept last. */
  #keptVisits: ReadonlyMap<number, boolean> = new Map();
  /** The ids of sources and endpoints, which are visits of their own. */
  readonly #ids = new Map<string, number>();

  constructor(parts: BooksParts) {
    const kept = new Kept(join(parts.settings.stateDir, BOOK_FILE));
    this.#parts = parts;
    this.denials = new Denials(parts.office, kept);
    this.visits = new Visits(kept);
  }

  start(): void {
    const { signal } = this.#parts;
    this.#begun = this.#begin(signal);
    const timers = [
      setInterval(() => void this.denials.fetch().catch(() => undefined), FETCH_MS),
      setInterval(() => void this.#keep().catch(() => undefined), KEEP_MS),
    ];
    signal.addEventListener('abort', () => timers.forEach((timer) => clearInterval(timer)), { once: true });
  }

  /** Ids go on behind those that are kept, or, where nobody knows them in time, far above any. */
  async ready(): Promise<void> {
    if (await atMost(BEGIN_MS, this.#begun)) return;
    this.denials.goOn(Date.now());
    this.visits.goOn(Date.now());
  }

  /** All that went on is over. */
  async end(): Promise<void> {
    for (const { id } of this.visits.all) this.visits.end(id, STOPPED);
    await this.#keep(Date.now()).catch(() => undefined);
  }

  async #begin(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ends = await this.#parts.office.ask('openBook', {}).catch(() => undefined);
      if (ends === null) return;
      if (ends !== undefined) {
        this.denials.goOn(ends.denial, ends.asked);
        this.visits.goOn(ends.visit);
        this.#keptDenial = ends.denial;
        this.#isKept = true;
        return;
      }
      await sleep(RETRY_MS, signal);
    }
  }

  /** @param endMs where the service stops. @throws {Problem} where it cannot be kept now: it is tried again. */
  async #keep(endMs: number | null = null): Promise<void> {
    if (!this.#isKept) return;
    await this.denials.fetch();
    const isRefresh = endMs !== null || this.#rounds++ % REFRESH === 0;
    const { asked } = this.denials;
    const denials = this.denials.since(this.#keptDenial);
    const states = new Map(this.visits.all.map((visit) => [visit.id, visit.endMs === null]));
    const changed = this.visits.all.filter(
      ({ id, endMs: end }) => this.#keptVisits.get(id) !== states.get(id) || (isRefresh && end === null),
    );
    const visits = [...changed.map(toKept), ...(isRefresh ? await this.#ofParts(endMs) : [])];
    if (denials.length + visits.length > 0) await this.#parts.office.ask('keep', { denials, visits, asked });
    this.#keptDenial = denials.at(-1)?.id ?? this.#keptDenial;
    this.#keptVisits = states;
  }

  async #ofParts(endMs: number | null): Promise<KeptVisit[]> {
    const { office, settings } = this.#parts;
    const parts = partVisits(await office.ask('health', {}), settings);
    const over = endMs === null ? {} : { message: STOPPED };
    return parts.map((part) => ({ ...part, id: this.#idOf(part), endMs, ...over }));
  }

  #idOf({ kind, client }: PartVisit): number {
    const key = `${kind} ${client}`;
    const id = this.#ids.get(key) ?? this.visits.nextId();
    this.#ids.set(key, id);
    return id;
  }
}
