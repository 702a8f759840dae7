import { join } from 'node:path';
import { createDice } from '../dice.ts';
import type { Breach } from './breaches.ts';
import { cutsOf, type Cut } from './cuts.ts';
import type { DiskShim } from './disk-shim.ts';
import type { Files } from './disk.ts';
import { Ledger } from './ledger.ts';
import { recordLife, type Recording } from './recording.ts';

export interface LivesOptions {
  readonly shim: DiskShim;
  /** To work in; an absolute path without links. */
  readonly folder: string;
  readonly seed: number;
  /** Of each life; by default enough for the -wal to be written into the database several times, and begun again. */
  readonly steps?: number;
  /** True for a card that says it has synced, and has not. */
  readonly lies?: boolean;
}

const STEPS = 2_500;
/** How much each life may lose, one after the other. */
const SYNC_INTERVALS_MS = [2_000, 5_000, 0, 1_000];

/** Journals that lose their power again and again: each lives on what a cut left of the one before. */
export class Lives {
  cuts = 0;
  /** Telegrams that were accepted. */
  telegrams = 0;
  /** The longest that a journal took to open behind a cut. */
  openedInMs = 0;
  readonly breaches: Breach[] = [];
  /** How often the disk did what, by kind and name: of what never happened the cuts prove nothing. */
  readonly seen = new Map<string, number>();
  readonly #options: LivesOptions;
  readonly #dice: () => number;
  #lives = 0;
  #files: Files = new Map();
  #ledger = new Ledger(SYNC_INTERVALS_MS[0]!);

  constructor(options: LivesOptions) {
    this.#options = options;
    this.#dice = createDice(options.seed);
  }

  /** Records the next life, cuts the power at so many moments of it, and begins the one after with one of these. */
  async live(cuts: number): Promise<void> {
    const { folder, lies = false } = this.#options;
    const recording = await this.#record();
    this.#watch(recording);
    const ledger = this.#ledger;
    const heir = this.cuts + Math.floor(this.#dice() * cuts);
    for (const cut of cutsOf({ recording, ledger, count: cuts, dice: this.#dice, folder: join(folder, 'cut'), lies })) {
      if (this.cuts === heir) this.#inherit(cut, ledger);
      this.#note(cut);
    }
    this.#lives += 1;
    this.telegrams += ledger.accepted;
  }

  async #record(): Promise<Recording> {
    const { shim, folder, seed, steps = STEPS } = this.#options;
    return recordLife(shim, join(folder, `life-${this.#lives}`), this.#files, {
      seed: seed + this.#lives,
      steps,
      syncIntervalMs: this.#syncIntervalMs(this.#lives),
      firstNumber: this.#ledger.highestNumber + 1,
    });
  }

  #watch({ changes }: Recording): void {
    for (const { kind, name, offset } of changes) {
      const what = `${kind} ${name}${kind === 'write' && offset === 0 ? ' anew' : ''}`;
      this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
    }
  }

  #inherit({ files, found }: Cut, ledger: Ledger): void {
    this.#files = files;
    this.#ledger = ledger.next(found, this.#syncIntervalMs(this.#lives + 1));
  }

  #note({ found, breaches }: Cut): void {
    const place = `life ${this.#lives}, cut ${this.cuts}`;
    this.breaches.push(...breaches.map(({ kind, text }) => ({ kind, text: `${place}: ${text}` })));
    this.openedInMs = Math.max(this.openedInMs, found.openedInMs);
    this.cuts += 1;
  }

  #syncIntervalMs(life: number): number {
    return SYNC_INTERVALS_MS[life % SYNC_INTERVALS_MS.length]!;
  }
}
