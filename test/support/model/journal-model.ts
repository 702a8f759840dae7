import { rmSync } from 'node:fs';
import { NO_LOSSES } from '../../../src/journal/losses.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import type { Outbox } from '../../../src/outbox/outbox.ts';
import { Thinning } from '../../../src/outbox/thinning.ts';
import { filesAsAfterAKill, numberIn, openStore, temporaryFolder } from '../journal.ts';
import { openOutbox, pass } from '../outbox.ts';
import { FarSide, type List, type Mode, type Quality } from './far-side.ts';
import { ALWAYS, expectNoneSkipped, hold, IN_THE_END, type Facts } from './laws.ts';
import { reboot } from './machine.ts';
import { meterTime, telegram, timeOf } from './telegrams.ts';

/** Kinds of endpoints: whether the far side has a list, what becomes of what is in doubt, how often one is wanted. */
export const KINDS = {
  exact: { hasList: true, onAmbiguous: 'verify', intervalMs: 0, thinBacklogMs: 0 },
  sparse: { hasList: true, onAmbiguous: 'verify', intervalMs: 10_000, thinBacklogMs: 0 },
  thinned: { hasList: true, onAmbiguous: 'verify', intervalMs: 0, thinBacklogMs: 10_000 },
  blind: { hasList: false, onAmbiguous: 'verify', intervalMs: 0, thinBacklogMs: 0 },
  resending: { hasList: true, onAmbiguous: 'resend', intervalMs: 0, thinBacklogMs: 0 },
  dropping: { hasList: true, onAmbiguous: 'drop', intervalMs: 0, thinBacklogMs: 0 },
} as const;
export type Kind = keyof typeof KINDS;

export const SOURCES = ['house', 'barn'] as const;
type Source = (typeof SOURCES)[number];

interface Accepted {
  readonly n: number;
  readonly source: Source;
  readonly quality: Quality;
}

interface Side {
  readonly name: string;
  readonly source: Source | undefined;
  readonly kind: Kind;
  readonly far: FarSide;
  readonly byHand: Set<number>;
  isCertain: boolean;
  outbox: Outbox;
  told: string[];
}

/** Longer than any wait for a far side that works. */
const LONG_ENOUGH_MS = 400_000;
/** With more in a row the far side would have to be called mis-set, and all wait for a person. */
const MOST_POISON = 15;

/**
 * The journal and two outboxes beside a plain list of what was accepted: one gets all, the other what the house sends.
 * Each step ends with the laws that must always hold; {@link end} with those that must hold once every far side takes.
 */
export class JournalModel {
  readonly #accepted: Accepted[] = [];
  #folder = temporaryFolder();
  #limits = { keepMs: Infinity, keepBytes: Infinity, maxBytes: 1e9 };
  readonly #kinds: readonly [Kind, Kind];
  #store: JournalStore;
  readonly #sides: readonly Side[];

  /** One letter was taken by both, so that each list can show what it is worth. */
  static async begin(kinds: readonly [Kind, Kind]): Promise<JournalModel> {
    const model = new JournalModel(kinds);
    model.append(1, 'house', 'plain');
    await pass(100);
    model.write();
    return model;
  }

  private constructor(kinds: readonly [Kind, Kind]) {
    this.#kinds = kinds;
    this.#store = this.#openStore();
    this.#sides = [this.#side('all', undefined, kinds[0]), this.#side('house', 'house', kinds[1])];
  }

  append(count: number, source: Source, wished: Quality): void {
    const quality = wished === 'poison' && this.#poison + count > MOST_POISON ? 'plain' : wished;
    const first = this.#accepted.length + 1;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    this.#accepted.push(...numbers.map((n) => ({ n, source, quality })));
    if (quality === 'clockless') this.#nothingIsCertain();
    const telegrams = numbers.map((n) => telegram(n, source, quality));
    const seqs = this.#store.append(telegrams);
    for (const [index, { raw, at, checksum }] of telegrams.entries()) {
      const letter = { seq: seqs[index] ?? NaN, telegram: { source, receivedAt: new Date(at), checksum, raw } };
      for (const { outbox } of this.#sides) outbox.accepted(letter);
    }
  }

  get #poison(): number {
    return this.#accepted.filter(({ quality }) => quality === 'poison').length;
  }

  /** Outboxes hear within a second what the journal let go of. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await pass(Math.min(left, 1_000));
      this.#tellLosses();
    }
  }

  become(side: number, mode: Mode): void {
    this.#at(side).far.mode = mode;
  }

  list(side: number, list: List): void {
    this.#at(side).far.list = list;
    if (list === 'overrides' || list === 'silent') this.#at(side).isCertain = false;
  }

  write(): void {
    this.#store.writeCursors();
    this.#store.syncIfDue();
  }

  tidy(): void {
    this.#store.tidy(Date.now());
  }

  retryDead(side: number): void {
    const { name, outbox, byHand } = this.#at(side);
    for (const { raw, aside } of this.#store.dead.list(name, 10_000)) if (raw && !aside) byHand.add(numberIn(raw));
    this.#store.changeDead((dead) => dead.retry(name, undefined));
    outbox.retryDead();
  }

  /** All that was accepted from the `from`-th letter to the `to`-th is to be sent once more; a second one is refused. */
  replay(side: number, from: number, to: number, intervalMs: number): void {
    const { name, outbox, byHand } = this.#at(side);
    if (this.#store.replays.of(name) !== undefined) return;
    const [fromAt, toAt] = [timeOf(from), timeOf(to)];
    for (let n = from; n <= to; n++) byHand.add(n);
    this.#store.startReplay({ endpoint: name, fromAt, toAt, intervalMs, rate: 'off' }, false);
    outbox.replayChanged();
  }

  async restart(): Promise<void> {
    await this.#stop();
    this.#store.close();
    this.#reopen();
  }

  /** `kill -9`: what is in memory is gone, and so may be the newest answers. */
  async crash(): Promise<void> {
    const copy = filesAsAfterAKill(this.#folder);
    await this.#stop();
    this.#store.abandon();
    rmSync(this.#folder, { recursive: true });
    this.#folder = copy;
    this.#reopen();
    for (const side of this.#sides) expectNoneSkipped(this.#factsOf(side), this.#waitingFor(side));
  }

  async crashAndReboot(): Promise<void> {
    reboot();
    await this.crash();
  }

  /** From the next start on the journal may be no larger, and keeps no more for a replay. */
  async limit(maxBytes: number, keepBytes: number): Promise<void> {
    this.#limits = { keepMs: 60_000, keepBytes, maxBytes };
    this.#nothingIsCertain();
    await this.restart();
  }

  check(): void {
    this.#tellLosses();
    for (const side of this.#sides) hold(ALWAYS, this.#factsOf(side));
  }

  async end(): Promise<void> {
    for (const { far } of this.#sides) Object.assign(far, { mode: 'takes', list: 'shows' });
    await this.wait(LONG_ENOUGH_MS);
    this.check();
    for (const side of this.#sides) hold(IN_THE_END, this.#factsOf(side));
  }

  async close(): Promise<void> {
    await this.#stop();
    this.#store.abandon();
    rmSync(this.#folder, { recursive: true });
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#sides.map(({ outbox }) => outbox.stop()));
    await pass(1);
  }

  #tellLosses(): void {
    const losses = this.#store.cursors.newlyLost();
    for (const { name, outbox } of this.#sides) outbox.letGo(losses.get(name) ?? NO_LOSSES);
  }

  #nothingIsCertain(): void {
    for (const side of this.#sides) side.isCertain = false;
  }

  #factsOf({ name, source, kind, far, byHand, isCertain, outbox, told }: Side): Facts {
    const accepted = this.#accepted.filter((letter) => (source ?? letter.source) === letter.source);
    const { rows, requests, turnedDown, damaged } = far;
    return {
      ...{ name, byHand, isCertain, told, rows, requests, turnedDown, damaged },
      drops: KINDS[kind].onAmbiguous === 'drop',
      accepted: accepted.map(({ n }) => n),
      wanted: firstOfEach(accepted, KINDS[kind].intervalMs),
      cursor: this.#store.cursors.state().find((state) => state.name === name)!,
      status: outbox.status(),
    };
  }

  #waitingFor({ name, source }: Side): ReadonlySet<number> {
    const { acked } = this.#store.cursors.placeOf(name)!;
    return new Set(this.#store.read(acked, 100_000, source).map(({ raw }) => numberIn(raw!)));
  }

  #at(side: number): Side {
    return this.#sides[side]!;
  }

  #openStore(): JournalStore {
    const [all, house] = this.#kinds.map((kind) => KINDS[kind].thinBacklogMs);
    return openStore(this.#folder, {
      ...this.#limits,
      endpoints: [
        { name: 'all', source: undefined, thinBacklogMs: all! },
        { name: 'house', source: 'house', thinBacklogMs: house! },
      ],
      nowMs: () => performance.now(),
    });
  }

  #reopen(): void {
    this.#store = this.#openStore();
    for (const side of this.#sides) Object.assign(side, this.#openOutbox(side.name, side.source, side.kind, side.far));
  }

  #side(name: string, source: Source | undefined, kind: Kind): Side {
    const { hasList, onAmbiguous } = KINDS[kind];
    const far = new FarSide(hasList, (n) => this.#accepted[n - 1]!);
    const isCertain = hasList && onAmbiguous === 'verify';
    return { name, source, kind, far, byHand: new Set(), isCertain, ...this.#openOutbox(name, source, kind, far) };
  }

  #openOutbox(name: string, source: Source | undefined, kind: Kind, far: FarSide) {
    const { onAmbiguous, intervalMs } = KINDS[kind];
    const options = { name, source, onAmbiguous, probeMs: 1_000, backoff: { random: () => 0.5 } };
    return openOutbox(this.#store, far, { ...options, intervalMs, thinningOf: (ms) => new Thinning(ms, meterTime) });
  }
}

/** Of each source the first letter of each stretch of time. */
function firstOfEach(letters: readonly Accepted[], intervalMs: number): number[] {
  const last = new Map<Source, number>();
  const isFirst = ({ n, source }: Accepted): boolean => {
    const stretch = Math.floor((n * 1_000) / intervalMs);
    const before = last.get(source);
    last.set(source, stretch);
    return stretch !== before;
  };
  return letters.filter((letter) => intervalMs === 0 || isFirst(letter)).map(({ n }) => n);
}
