import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { NO_LOSSES } from '../../src/journal/losses.ts';
import type { Incoming, JournalStore } from '../../src/journal/store.ts';
import { Ambiguous, Paused, Refused, TryLater, type Endpoint } from '../../src/outbox/endpoint.ts';
import type { Outbox } from '../../src/outbox/outbox.ts';
import { sleep } from '../../src/time/sleep.ts';
import type { Letter } from '../../src/journal/letter.ts';
import { filesAsAfterAKill, incoming, openStore, temporaryFolder } from './journal.ts';
import { numberOf, pass, startOutbox } from './outbox.ts';

export const MODES = ['takes', 'slow', 'later', 'hangs', 'refuses', 'paused', 'ambiguous'] as const;
export type Mode = (typeof MODES)[number];

/** Who gets what: one endpoint gets all, the others a source each. The backlog of two of them may be thinned. */
export const PLACES = [
  { name: 'all', source: undefined, thinBacklogMs: 10_000 },
  { name: 'house', source: 'house', thinBacklogMs: 60_000 },
  { name: 'barn', source: 'barn' },
] as const;

/** A far side that does as its mode says, and remembers what it took and refused. */
class FarSide implements Endpoint {
  mode: Mode = 'takes';
  readonly taken: number[] = [];
  readonly refused = new Set<number>();
  /** Letters whose answer was lost on the way: they may come again. */
  readonly doubtful = new Set<number>();
  readonly damaged: number[] = [];

  async deliver(letter: Letter, signal: AbortSignal): Promise<void> {
    const n = numberOf(letter);
    if (!letter.telegram.raw.equals(telegram(n, letter.telegram.source).raw)) this.damaged.push(n);
    await this.#answer(n, signal);
  }

  async #answer(n: number, signal: AbortSignal): Promise<void> {
    if (this.mode === 'slow') await sleep(300, signal);
    while (this.mode === 'hangs' && !signal.aborted) await sleep(500, signal);
    if (signal.aborted) throw new Error('aborted');
    if (this.mode === 'later') throw new TryLater('busy');
    if (this.mode === 'paused') throw new Paused('403', 'set the key');
    if (this.mode === 'refuses') {
      this.refused.add(n);
      throw new Refused('no');
    }
    this.taken.push(n);
    this.refused.delete(n);
    if (this.mode !== 'ambiguous') return;
    this.doubtful.add(n);
    throw new Ambiguous('reset');
  }
}

interface Side {
  readonly name: string;
  readonly source: string | undefined;
  readonly far: FarSide;
  outbox: Outbox;
  told: string[];
}

/**
 * The journal and its outboxes beside a plain list of what was accepted. Each step ends with the checks that must
 * always hold; {@link end} with those that must hold once every far side takes.
 */
export class JournalModel {
  readonly #accepted: { readonly n: number; readonly source: string }[] = [];
  #folder = temporaryFolder();
  #maxBytes = 1e9;
  #crashes = 0;
  #store: JournalStore;
  readonly #sides: Side[];

  constructor() {
    this.#store = this.#openStore();
    this.#sides = PLACES.map(({ name, source }) => {
      const far = new FarSide();
      return { name, source, far, ...this.#openOutbox(name, source, far) };
    });
  }

  append(count: number, source: string): void {
    const first = this.#accepted.length + 1;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    this.#accepted.push(...numbers.map((n) => ({ n, source })));
    const telegrams = numbers.map((n) => telegram(n, source));
    const seqs = this.#store.append(telegrams);
    for (const [index, { raw, at, checksum }] of telegrams.entries()) {
      const letter = {
        seq: seqs[index]!,
        telegram: { source, receivedAt: new Date(at), checksum, raw: raw as Buffer },
      };
      for (const { outbox } of this.#sides) outbox.accepted(letter);
    }
  }

  /** Outboxes hear within a second what the journal let go of. */
  async wait(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await pass(Math.min(left, 1_000));
      this.#tellDropped();
    }
  }

  become(side: number, mode: Mode): void {
    this.#sides[side]!.far.mode = mode;
  }

  write(): void {
    this.#store.writeCursors();
    this.#store.syncIfDue();
  }

  tidy(): void {
    this.#store.tidy(Date.now());
  }

  retryDead(side: number): void {
    const { name, outbox } = this.#sides[side]!;
    this.#store.changeDead((dead) => dead.retry(name, undefined));
    outbox.retryDead();
  }

  async restart(): Promise<void> {
    await Promise.all(this.#sides.map(({ outbox }) => outbox.stop()));
    await pass(1);
    this.#store.close();
    this.#reopen();
  }

  /** `kill -9`: what is in memory is gone, and so may be the newest answers. */
  async crash(): Promise<void> {
    const copy = filesAsAfterAKill(this.#folder);
    await Promise.all(this.#sides.map(({ outbox }) => outbox.stop()));
    await pass(1);
    this.#store.abandon();
    rmSync(this.#folder, { recursive: true });
    this.#folder = copy;
    this.#crashes += 1;
    this.#reopen();
    for (const side of this.#sides) this.#checkCursor(side);
  }

  /** From the next start on the journal may be no larger. */
  async limit(bytes: number): Promise<void> {
    this.#maxBytes = bytes;
    await this.restart();
  }

  /** What holds after every step. */
  check(): void {
    this.#tellDropped();
    for (const side of this.#sides) {
      const { waiting, delivered, thinned, dropped, buried } = this.#countsOf(side);
      expect(
        waiting + delivered + thinned + dropped + buried,
        `${side.name}: each accepted letter is counted once`,
      ).toBe(this.#lettersOf(side).length);
      expect(side.outbox.status()).toMatchObject({ waiting, delivered, thinned, dropped, refused: buried });
      expect(side.told, `${side.name}: better-queue never stalls`).not.toContain('stalled');
      expect(side.far.damaged, `${side.name}: every byte is as it was accepted`).toEqual([]);
      if (this.#crashes === 0) this.#checkOrder(side);
    }
  }

  /** What holds once every far side takes, and had the time to. */
  async end(): Promise<void> {
    for (const { far } of this.#sides) far.mode = 'takes';
    await this.wait(300_000);
    this.check();
    for (const side of this.#sides) {
      const { waiting, thinned, dropped, buried } = this.#countsOf(side);
      const gone = thinned + dropped;
      const { taken, refused } = side.far;
      const never = this.#lettersOf(side).filter((n) => !taken.includes(n) && !refused.has(n));
      expect(waiting, `${side.name}: nothing waits any more`).toBe(0);
      expect(this.#store.dead.count(side.name)).toBe(buried);
      expect(gone, `${side.name}: nothing was lost without being counted`).toBeGreaterThanOrEqual(never.length);
      // A letter that was taken without an answer may be let go before a next process could ask about it.
      const most = never.length + side.far.doubtful.size;
      if (this.#crashes === 0) expect(gone, `${side.name}: what was lost was counted`).toBeLessThanOrEqual(most);
    }
  }

  close(): void {
    this.#sides.forEach(({ outbox }) => void outbox.stop());
    this.#store.abandon();
    rmSync(this.#folder, { recursive: true });
  }

  /** Ascending and each once, but for lost answers and for dead letters that went again. */
  #checkOrder({ name, far }: Side): void {
    const dead = this.#store.dead.list(name, 1_000).length > 0;
    const sure = far.taken.filter((n) => !far.doubtful.has(n));
    expect(new Set(sure).size, `${name}: nothing twice`).toBe(sure.length);
    if (!dead && !this.#everRefused.has(name))
      expect(
        [...sure].sort((a, b) => a - b),
        `${name}: in order`,
      ).toEqual(sure);
    if (far.refused.size > 0) this.#everRefused.add(name);
  }
  readonly #everRefused = new Set<string>();

  /** A cursor stands only behind letters that were answered, or taken from it and counted. */
  #checkCursor(side: Side): void {
    const { acked } = this.#store.cursors.placeOf(side.name)!;
    const waits = new Set(this.#store.read(acked, 100_000, side.source).map(({ raw }) => numberOf(asLetter(raw!))));
    const gone = this.#lettersOf(side).filter((n) => !waits.has(n));
    const unanswered = gone.filter((n) => !side.far.taken.includes(n) && !side.far.refused.has(n));
    const { thinned, dropped } = this.#countsOf(side);
    expect(thinned + dropped, `${side.name}: no cursor moves without an answer`).toBeGreaterThanOrEqual(
      unanswered.length,
    );
  }

  #lettersOf({ source }: Side): number[] {
    return this.#accepted.filter((letter) => (source ?? letter.source) === letter.source).map(({ n }) => n);
  }

  #countsOf({ name }: Side) {
    return this.#store.cursors.state().find((state) => state.name === name)!;
  }

  #tellDropped(): void {
    const letGo = this.#store.cursors.newlyLost();
    for (const { name, outbox } of this.#sides) outbox.letGo(letGo.get(name) ?? NO_LOSSES);
  }

  #openStore(): JournalStore {
    const nowMs = () => performance.now();
    return openStore(this.#folder, {
      endpoints: PLACES,
      keepBytes: 20_000,
      keepMs: 60_000,
      maxBytes: this.#maxBytes,
      nowMs,
    });
  }

  #reopen(): void {
    this.#store = this.#openStore();
    for (const side of this.#sides) Object.assign(side, this.#openOutbox(side.name, side.source, side.far));
  }

  #openOutbox(name: string, source: string | undefined, far: FarSide): { outbox: Outbox; told: string[] } {
    const backoff = { random: () => 0.5 };
    return startOutbox(this.#store, far, { name, source, probeMs: 1_000, backoff });
  }
}

/** The n-th telegram: its number, and bytes that do not pack. */
function telegram(n: number, source: string): Incoming {
  const noise = [1, 2, 3, 4].map((part) => createHash('sha512').update(`${n}-${part}`).digest());
  return { ...incoming(n, source), at: Date.now(), raw: Buffer.concat([incoming(n).raw, ...noise]) };
}

const asLetter = (raw: Buffer): Letter => ({
  seq: 0,
  telegram: { source: '', receivedAt: new Date(0), checksum: 'valid', raw },
});
