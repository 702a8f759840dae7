import { onTestFinished, vi } from 'vitest';
import type { DamagedLetter, Letter } from '../../src/journal/letter.ts';
import type { EndpointState } from '../../src/journal/view.ts';
import type { JournalStore } from '../../src/journal/store.ts';
import type { Row } from '../../src/journal/telegrams.ts';
import type { Endpoint } from '../../src/outbox/endpoint.ts';
import type { OutboxJournal } from '../../src/outbox/outbox-journal.ts';
import { Outbox, type OutboxOptions } from '../../src/outbox/outbox.ts';
import { Thinning } from '../../src/outbox/thinning.ts';
import { incoming, numberIn } from './journal.ts';

/** Time that moves only when the test says so; better-queue's turns are part of it. */
export function stopTheClock(now = Date.parse('2026-01-05T12:00:00Z')): void {
  vi.useFakeTimers({
    toFake: [
      ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const),
      ...(['Date', 'performance'] as const),
    ],
    now,
  });
  onTestFinished(() => void vi.useRealTimers());
}

export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A real journal in this thread instead of its own. */
export function journalOver(store: JournalStore): OutboxJournal {
  return {
    current: (letter) => letter,
    pass: (passed) => store.pass([passed]),
    read: (after, limit, source) => later(() => store.read(after, limit, source).map(toLetter)),
    before: (endpoint, seq, limit, source) =>
      later(() => store.before(endpoint, seq, limit, source).map(toLetter).filter(isWhole)),
    mayComeTwice: (endpoint) =>
      later(() => {
        store.cursors.mayComeTwice(endpoint);
        store.writeCursors();
      }),
    doubt: (endpoint, doubt) =>
      later(() => {
        store.cursors.doubt(endpoint, doubt);
        store.writeCursors();
      }),
    bury: (endpoint, letter, reason, aside) => later(() => store.bury(endpoint, toDead(letter, reason), aside)),
    aside: (endpoint, limit) => later(() => store.dead.aside(endpoint, limit)),
    asideFirst: (endpoint) => later(() => store.changeDead((dead) => dead.asideFirst(endpoint))),
    condemn: (endpoint, upToId) => later(() => store.changeDead((dead) => dead.condemn(endpoint, upToId))),
    replay: (endpoint) => later(() => store.replays.of(endpoint)),
    endReplay: (endpoint) => later(() => store.endReplay(endpoint)),
    deadOf: (endpoint, seq) => later(() => store.dead.of(endpoint, seq)),
    deadToRetry: (endpoint, limit) => later(() => store.dead.toRetry(endpoint, limit)),
    deadTaken: (endpoint, id, proof) => later(() => store.deadTaken(endpoint, id, proof)),
    deadRefusedAgain: (id, reason) =>
      later(() => store.changeDead((dead) => dead.refusedAgain(id, reason, Date.now()))),
  };
}

/** A question to the journal that gets no answer the first time. */
export function failsOnce<Asked extends unknown[], Answer>(
  ask: (...asked: Asked) => Promise<Answer>,
): (...asked: Asked) => Promise<Answer> {
  let isFirst = true;
  return async (...asked) => {
    if (!isFirst) return ask(...asked);
    isFirst = false;
    throw new Error('no room');
  };
}

function stateOf(store: JournalStore, name = 'a'): EndpointState {
  const state = store.view.state().endpoints.find((endpoint) => endpoint.name === name);
  if (state === undefined) throw new Error(`no endpoint ${name}`);
  return state;
}

export interface Rig {
  readonly outbox: Outbox;
  /** States, refusals and troubles, in the order in which they were told. */
  readonly told: string[];
  /** Accepts telegrams: live ones, or as old as is said. @returns their letters. */
  readonly accept: (numbers: readonly number[], ageMs?: number, source?: string) => Letter[];
}

/** An outbox over a real journal, stopped with the test. */
export function startOutbox(store: JournalStore, endpoint: Endpoint, options: Partial<OutboxOptions> = {}): Rig {
  const rig = openOutbox(store, endpoint, options);
  onTestFinished(() => rig.outbox.stop());
  return rig;
}

/** Likewise, and whoever opened it stops it: a test that opens thousands need not keep them to its end. */
export function openOutbox(store: JournalStore, endpoint: Endpoint, options: Partial<OutboxOptions>): Rig {
  const told: string[] = [];
  const name = options.name ?? 'a';
  const outbox = new Outbox({
    name,
    endpoint,
    journal: journalOver(store),
    begin: stateOf(store, name),
    source: undefined,
    head: store.state().head,
    onAmbiguous: 'verify',
    verifyWindowMs: 120_000,
    rate: 'off',
    // Half of each bound: a test that waits so long has to wait so long each time.
    backoff: { random: () => 0.5 },
    lastAnswerMs: 0,
    intervalMs: 0,
    thinningOf: (ms) => new Thinning(ms, () => undefined),
    events: {
      changed: ({ state, reason }) => told.push(reason === undefined ? state : `${state}: ${reason}`),
      refused: (_name, reason) => told.push(`refused: ${reason}`),
      odd: (_name, what) => told.push(`odd: ${what}`),
      replayed: (_name, { sent, found, thinned, refused }) =>
        told.push(`replayed: ${sent} sent, ${found} found, ${thinned} thinned, ${refused} refused`),
      journalFailed: (_name, error) => told.push(`journal: ${error.message}`),
      stalled: () => told.push('stalled'),
    },
    ...options,
  });
  return { outbox, told, accept: (numbers, ageMs, source) => accept(store, [outbox], numbers, ageMs, source) };
}

/** Accepts telegrams and tells the outboxes, as the agent does. */
export function accept(
  store: JournalStore,
  outboxes: readonly Outbox[],
  numbers: readonly number[],
  ageMs = 0,
  source = 'house',
): Letter[] {
  const at = Date.now() - ageMs;
  const telegrams = numbers.map((n) => ({ ...incoming(n, source), at }));
  const seqs = store.append(telegrams);
  const letters = telegrams.map(({ checksum, raw }, index) => {
    const telegram = { source, checksum, receivedAt: new Date(at), raw: Buffer.from(raw) };
    return { seq: seqs[index] ?? NaN, telegram };
  });
  for (const outbox of outboxes) for (const letter of letters) outbox.accepted(letter);
  return letters;
}

export const numberOf = ({ telegram }: Letter): number => numberIn(telegram.raw);

/** An endpoint that notes what it was sent, and then does as it is told: takes, where nothing else is said. */
export class Scripted implements Endpoint {
  readonly sent: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  closed = false;
  /** What it does with the letter of this number at this try, counted from 1. */
  script: (n: number, attempt: number, signal: AbortSignal) => unknown = () => undefined;
  probe?: (signal: AbortSignal) => Promise<void>;

  async deliver(letter: Letter, signal: AbortSignal): Promise<void> {
    const n = numberOf(letter);
    this.sent.push(n);
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      await this.script(n, this.sent.filter((sent) => sent === n).length, signal);
    } finally {
      this.inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

/** Never answers; ends when it is told to. */
export async function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}

/** As an answer of the thread: not before the asker has gone on. */
async function later<T>(work: () => T): Promise<T> {
  await Promise.resolve();
  return work();
}

function toLetter({ seq, source, at, checksum, raw }: Row): Letter | DamagedLetter {
  const receivedAt = new Date(at);
  if (raw === undefined) return { seq, damaged: true, source, receivedAt };
  return { seq, telegram: { source, receivedAt, checksum, raw } };
}

function isWhole(letter: Letter | DamagedLetter): letter is Letter {
  return !('damaged' in letter);
}

function toDead(letter: Letter | DamagedLetter, reason: string) {
  const { seq } = letter;
  const { source, receivedAt } = 'damaged' in letter ? letter : letter.telegram;
  const checksum = 'damaged' in letter ? 'valid' : letter.telegram.checksum;
  const raw = 'damaged' in letter ? undefined : letter.telegram.raw;
  return { seq, source, at: receivedAt.getTime(), checksum, raw, buriedAt: Date.now(), reason } as const;
}
