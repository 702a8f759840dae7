import type { Letter } from '../journal/letter.ts';
import { backoff, type BackoffOptions } from './backoff.ts';
import { Ambiguous, LOOK_BACK, type Endpoint, type Fate } from './endpoint.ts';
import type { OutboxJournal } from './outbox-journal.ts';
import { TRIED_AGAIN, type Patience, type Why } from './patience.ts';
import type { Thinning } from './thinning.ts';

/**
 * The ways on which letters go to an endpoint, those that wait and those that go again for one reason or another, and
 * what a process can have done on each without a note of it.
 *
 * `sent`: so many letters. Of those that wait two reads, and what is in memory behind them; what becomes of a dead letter
 * is noted before the next one goes, but all that are set aside stay so where they could not be read again.
 *
 * `absent`: so many of these the far side may not have. The one in flight, and those before it that it could not read.
 */
const UNNOTED = {
  backlog: { sent: 256, absent: 1 },
  again: { sent: 1, absent: 1 },
  aside: { sent: 20, absent: 20 },
  replay: { sent: 256, absent: 20 },
} as const;
export type LaneName = keyof typeof UNNOTED;
const LANES = Object.keys(UNNOTED) as LaneName[];

export interface DoubtsOptions {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly journal: Pick<OutboxJournal, 'before' | 'read'>;
  readonly patience: Patience;
  /** Ends every question and every wait. */
  readonly signal: AbortSignal;
  /** What of the letters before one was left out on purpose cannot look like it at the far side. */
  readonly intervalMs: number;
  readonly thinningOf: (intervalMs: number) => Thinning;
  readonly onAmbiguous: 'verify' | 'resend' | 'drop';
  /** For so long after a request without an answer its letter may still turn up. */
  readonly verifyWindowMs: number;
  readonly backoff?: BackoffOptions | undefined;
  /** What an earlier process may have sent without noting what became of it. */
  readonly earlier: Earlier | undefined;
  /** The newest letter that the far side itself said yes to, 0 where there is none. */
  readonly answered: number;
}

interface Earlier {
  /** How long ago at least. */
  readonly elapsedMs: number;
  /** It can have sent only letters up to this one. */
  readonly upTo: number;
}

/** An answer that does not come after so many questions will not come. */
const MOST_UNANSWERED = 10;
const LONGEST_WAIT_MS = 30_000;
const REMEDY = 'nothing has to be done: the server is asked before anything is sent again';

/**
 * Letters that may have been taken although nobody said so: the far side is asked before one is sent again. That it does
 * not list a letter says something only once the request cannot be under way there any more, and only where it lists
 * another letter to which it said yes.
 */
export class Doubts {
  readonly #options: DoubtsOptions;
  /** The letter whose request of this process got no answer, and since when. */
  #raised: { readonly seq: number; readonly sinceMs: number; readonly reason: string } | undefined;
  /** Ways on which an earlier process may have had letters, how many more there can be, and up to which it was asked. */
  readonly #earlier = new Map<LaneName, { sent: number; absent: number; asked: number }>();
  readonly #earlierSinceMs: number;
  /** From here on no request can be under way of which nobody learned what became of it. */
  #overAtMs = 0;
  /** How many questions in a row got no answer. */
  #unanswered = 0;
  /** What the far side must list to be believed: the newest letter to which it said yes, or its number. */
  #control: Letter | number;

  constructor(options: DoubtsOptions) {
    const { earlier, answered } = options;
    this.#options = options;
    this.#control = answered;
    this.#earlierSinceMs = performance.now() - (earlier?.elapsedMs ?? 0);
    if (earlier === undefined) return;
    for (const lane of LANES) this.#earlier.set(lane, { ...UNNOTED[lane], asked: 0 });
    // What it had in flight may be of a replay that somebody ended.
    this.#overAtMs = this.#earlierSinceMs + options.verifyWindowMs;
  }

  /** Whether any letter may have been taken without a note of it. */
  get isOpen(): boolean {
    return this.#raised !== undefined || this.#earlier.size > 0;
  }

  /** Whether an earlier process may have sent a letter on this way. */
  isOpenOn(lane: LaneName): boolean {
    return this.#earlier.has(lane);
  }

  /** A request for this letter is under way, or ended without an answer. */
  raise({ seq }: Letter, reason = 'no answer came'): void {
    // One that may come twice without harm just goes again.
    if (this.#options.endpoint.isIdempotent === true) return;
    this.#raised = { seq, sinceMs: performance.now(), reason };
  }

  /** It got its answer, or was never sent. */
  lower(): void {
    this.#raised = undefined;
  }

  /** The far side said yes to this letter. */
  answered(letter: Letter): void {
    this.lower();
    this.#control = letter;
  }

  /** No earlier process can have sent a letter on this way. */
  clear(lane: LaneName): void {
    this.#earlier.delete(lane);
  }

  concern({ seq }: Letter, lane: LaneName): boolean {
    if (seq > (this.#options.earlier?.upTo ?? 0)) this.clear(lane);
    const earlier = this.#earlier.get(lane);
    return this.#raised?.seq === seq || (earlier !== undefined && earlier.asked < seq);
  }

  /** What became of a letter in doubt, asked until that is known. @throws when the signal aborts. */
  async settle(letter: Letter, lane: LaneName): Promise<Fate> {
    const fate = this.#options.onAmbiguous === 'resend' ? 'unknown' : await this.#fateOf(letter);
    if (fate === 'unknown' && this.#raised?.seq === letter.seq)
      this.#overAtMs = this.#raised.sinceMs + this.#options.verifyWindowMs;
    this.#raised = undefined;
    this.#learn(letter, lane, fate);
    return fate;
  }

  /** Where this one had been sent, or may have been, the earlier process may have sent the next one, too. */
  #learn({ seq }: Letter, lane: LaneName, fate: Fate): void {
    const earlier = this.#earlier.get(lane);
    if (earlier === undefined || earlier.asked >= seq) return;
    earlier.asked = seq;
    if (fate === 'unknown') earlier.sent -= 1;
    if (fate === 'absent') earlier.absent -= 1;
    if (earlier.sent === 0 || earlier.absent === 0) this.clear(lane);
  }

  /** Whether the far side has a letter that is not in doubt, asked until that is known. @throws when the signal aborts. */
  async find(letter: Letter): Promise<Fate> {
    return this.#askUntil(letter, this.#overAtMs, UNSETTLED);
  }

  /** Asked once. @throws as {@link Endpoint.wasTaken}. */
  async #ask(letter: Letter): Promise<Fate> {
    const { endpoint, journal, signal } = this.#options;
    if (endpoint.wasTaken === undefined) return 'unknown';
    const { name, thinningOf, intervalMs } = this.#options;
    const before = await journal.before(name, letter.seq, LOOK_BACK, letter.telegram.source);
    const thinning = thinningOf(intervalMs);
    const sent = before.filter(({ telegram }) => thinning.wants(telegram));
    return endpoint.wasTaken(letter, sent, signal);
  }

  async #fateOf(letter: Letter): Promise<Fate> {
    const raised = this.#raised?.seq === letter.seq ? this.#raised : undefined;
    const endMs = (raised?.sinceMs ?? this.#earlierSinceMs) + this.#options.verifyWindowMs;
    const fate = await this.#askUntil(letter, endMs, raised?.reason ?? EARLIER);
    // That a list is empty to which nothing was ever added says nothing of a letter that was sent.
    return fate === 'absent' && this.#control === 0 ? 'unknown' : fate;
  }

  /** That it is absent is believed once the time has come. */
  async #askUntil(letter: Letter, endMs: number, cause: string): Promise<Fate> {
    const { patience, signal } = this.#options;
    for (const waits = backoff({ ...this.#options.backoff, longestMs: LONGEST_WAIT_MS }); ;) {
      signal.throwIfAborted();
      const leftMs = endMs - performance.now();
      const seen = await this.#look(letter);
      if (seen === 'taken' || seen === 'unknown') return seen;
      if (seen === 'absent' && leftMs <= 0) return 'absent';
      if (seen instanceof Ambiguous && leftMs <= 0 && ++this.#unanswered >= MOST_UNANSWERED) return 'unknown';
      const waitMs = waits.next().value;
      await patience.wait(leftMs > 0 ? Math.min(waitMs, leftMs) : waitMs, whyOf(seen, cause));
    }
  }

  /** `absent` only where nothing shows that the list cannot be believed; an error where no answer came. */
  async #look(letter: Letter): Promise<Fate | Error> {
    try {
      const fate = await this.#ask(letter);
      this.#unanswered = 0;
      return fate === 'absent' && (await this.#hidesControl(letter)) ? 'unknown' : fate;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Where it has not said yes to any letter yet, nothing can be hidden. */
  async #hidesControl({ seq }: Letter): Promise<boolean> {
    if (this.#control === 0) return false;
    const control = typeof this.#control === 'number' ? await this.#read(this.#control) : this.#control;
    if (control === undefined || control.seq === seq) return true;
    this.#control = control;
    return (await this.#ask(control)) !== 'taken';
  }

  /** Of whatever source: the endpoint may get those of several. */
  async #read(seq: number): Promise<Letter | undefined> {
    const [letter] = await this.#options.journal.read(seq - 1, 1, undefined);
    return letter === undefined || letter.seq !== seq || 'damaged' in letter ? undefined : letter;
  }
}

const EARLIER = 'the last process ended without a note of what it had sent';
const UNSETTLED = 'an earlier request may still be under way';

function whyOf(seen: Fate | Error, cause: string): Why {
  if (seen instanceof Error) return { state: 'later', reason: seen.message, remedy: TRIED_AGAIN };
  return { state: 'verifying', reason: `${cause}: asking the server whether it has the telegram`, remedy: REMEDY };
}
