import type { Telegram } from '../telegram/telegram.ts';
import type { Passed, Proof } from './cursors.ts';
import type { Changed, KeptDeadLetter } from './dead-letters.ts';
import { toDead, toIncoming, toLetter } from './crossing.ts';
import { Intake } from './intake.ts';
import type { JournalEvents } from './journal-events.ts';
import { isWhole, type DamagedLetter, type Letter } from './letter.ts';
import { openBy } from './opening.ts';
import { Promises } from './promises.ts';
import type { OpenState, ThreadEvent, WorkerSettings } from './protocol.ts';
import { Recent } from './recent.ts';
import type { ReplayPlan, ReplayState } from './replays.ts';
import type { Survey, SurveyAsk } from './survey.ts';
import type { Page, PageAsk } from './telegrams.ts';
import { Stamps } from './stamps.ts';
import { Thread } from './thread.ts';
import { Trouble } from './trouble.ts';
import { atMost } from '../time/at-most.ts';
import type { Durations } from '../time/durations.ts';
import type { JournalState } from './view.ts';

/** A stop waits so long for a card that hangs. */
const CLOSE_MS = 10_000;

/**
 * The accepted telegrams, kept by a thread of their own. Accepted means committed: `events.accepted` tells.
 *
 * What the thread cannot take at the moment (a full disk, a stalled card) waits in memory, bounded.
 */
export class Journal {
  /** Of telegrams that came before this machine's clock was set. */
  readonly stamps: Stamps;
  readonly #thread: Thread;
  readonly #events: JournalEvents;
  readonly #intake: Intake;
  readonly #promises = new Promises();
  readonly #recent = new Recent();
  readonly #trouble: Trouble;
  #isOpen = false;

  /** Starts the thread. Telegrams can be handed over at once: they wait in memory until the journal is open. */
  constructor(settings: WorkerSettings, events: JournalEvents, script = defaultScript()) {
    this.#events = events;
    this.#trouble = new Trouble(events);
    this.#intake = new Intake({
      write: async (telegrams) =>
        this.#thread.ask('append', {
          telegrams: telegrams.map((one) => toIncoming(this.stamps.current(one))),
          isSynced: this.#promises.holdAny(telegrams),
        }),
      accepted: (letters) => this.#accept(letters),
      refused: (error) => this.#trouble.refused(error),
      lost: (telegram) => this.#lose(telegram),
    });
    this.stamps = new Stamps((time, isSet) => {
      // A thread that does not answer says so to whoever needs it.
      this.#thread.ask('clock', { time, isSet }).catch(() => undefined);
    });
    this.#thread = new Thread(script, settings, {
      told: (message) => this.#hear(message),
      failed: (error) => events.failed(error),
    });
  }

  /**
   * Opens the journal; where its disk does not let it, again every few seconds until the signal aborts.
   *
   * @returns undefined where the signal came first.
   * @throws Error whose `name` is DatabaseInUse, DatabaseTooNew or StateDenied, or a fault of this program.
   */
  async open(signal: AbortSignal): Promise<OpenState | undefined> {
    const state = await openBy(this.#thread, this.#trouble, signal);
    if (state !== undefined) this.#begin(state);
    return state;
  }

  /** What keeps it from writing, for a person; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#trouble.text;
  }

  /** How long each telegram took from here to its commit. */
  get took(): Durations {
    return this.#intake.took;
  }

  /** Telegrams in memory that are not accepted yet. */
  get unaccepted(): number {
    return this.#intake.count;
  }

  /**
   * For how long the thread has been busy with the telegrams in hand without a sign of life, in milliseconds: a hung
   * card shows here.
   */
  get appendingMs(): number {
    return this.#intake.appendingMs;
  }

  /** Hands a telegram over; `events.accepted` tells when it is safe. */
  append(telegram: Telegram): void {
    this.stamps.note(telegram, this.stamps.mark);
    this.#intake.add(telegram);
  }

  /**
   * The same for one whose sender forgets it then: resolves once it is on the card, where no power cut can take it, with
   * its number.
   *
   * @throws Error where it fell out of memory, or the journal closed before.
   */
  async keep(telegram: Telegram): Promise<number> {
    const kept = this.#promises.of(telegram);
    this.append(telegram);
    return kept;
  }

  /** A letter with the time of the clock of now, whenever it was read. */
  current({ seq, telegram }: Letter): Letter {
    return { seq, telegram: this.stamps.current(telegram) };
  }

  /** Resolves once few enough telegrams wait in memory: for sources that can wait, such as a capture. */
  async room(signal: AbortSignal): Promise<void> {
    await this.#intake.room(signal);
  }

  /** Letters of one source (or of all) behind a sequence number, oldest first; a damaged one comes without bytes. */
  async read(after: number, limit: number, source: string | undefined): Promise<readonly (Letter | DamagedLetter)[]> {
    const recent = this.#recent.behind(after, limit, source);
    if (recent !== undefined) return recent;
    const { mark } = this.stamps;
    const rows = await this.#thread.ask('read', { after, limit, source });
    return this.stamps.noteAll(rows.map(toLetter), mark);
  }

  /** The letters of a source just before a sequence number, oldest first, without those damaged, and those refused. */
  async before(endpoint: string | undefined, seq: number, limit: number, source: string): Promise<readonly Letter[]> {
    const rows = await this.#thread.ask('before', { endpoint, seq, limit, source });
    return rows.map(toLetter).filter(isWhole);
  }

  /** Resolves once it is counted that a letter is about to be sent again that an earlier request may have brought. */
  async mayComeTwice(endpoint: string): Promise<void> {
    await this.#thread.ask('mayComeTwice', { endpoint });
  }

  /** Resolves once it is noted that an endpoint's letters are being sent (`sending`), or that none is in doubt. */
  async doubt(endpoint: string, doubt: 'sending' | null): Promise<void> {
    await this.#thread.ask('doubt', { endpoint, doubt });
  }

  /** An endpoint is done with a letter. */
  pass(passed: Passed): void {
    this.#thread.pass(passed);
  }

  /** Makes a letter a dead letter, or sets it aside; resolves once that is on the card. */
  async bury(endpoint: string, letter: Letter | DamagedLetter, reason: string, aside = false): Promise<void> {
    const current = isWhole(letter) ? this.current(letter) : letter;
    await this.#thread.ask('bury', { endpoint, letter: toDead(current, reason), aside });
  }

  /** Letters set aside, oldest first. */
  async aside(endpoint: string, limit: number): Promise<KeptDeadLetter[]> {
    return this.#thread.ask('aside', { endpoint, limit });
  }

  /** Letters set aside go before all others; resolves once it is on the card that they do. */
  async asideFirst(endpoint: string): Promise<void> {
    await this.#thread.ask('asideFirst', { endpoint });
  }

  /** Letters set aside (up to this one) become dead letters; resolves once that is on the card. @returns how many. */
  async condemn(endpoint: string, upToId?: number): Promise<number> {
    return this.#thread.ask('condemn', { endpoint, upToId });
  }

  /** Dead letters behind a number, oldest first, with those that are set aside. */
  async dead(endpoint: string | undefined, limit: number, after = 0): Promise<KeptDeadLetter[]> {
    return this.#thread.ask('dead', { endpoint, limit, after });
  }

  /** The dead letter, or the one set aside, that a letter became; undefined where it became none. */
  async deadOf(endpoint: string, seq: number): Promise<KeptDeadLetter | undefined> {
    return this.#thread.ask('deadOf', { endpoint, seq });
  }

  async deadToRetry(endpoint: string, limit: number): Promise<KeptDeadLetter[]> {
    return this.#thread.ask('deadToRetry', { endpoint, limit });
  }

  /** Marks dead letters to be sent again; all of the endpoint where no ids are given. */
  async retryDead(endpoint: string, ids: readonly number[] | undefined): Promise<Changed> {
    return this.#thread.ask('retryDead', { endpoint, ids });
  }

  /** Forgets dead letters; all of the endpoint where no ids are given. */
  async dropDead(endpoint: string, ids: readonly number[] | undefined): Promise<Changed> {
    return this.#thread.ask('dropDead', { endpoint, ids });
  }

  /** A dead letter was taken at its second try; resolves once that is on the card. */
  async deadTaken(endpoint: string, id: number, proof: Proof): Promise<void> {
    await this.#thread.ask('deadTaken', { endpoint, id, proof });
  }

  async deadRefusedAgain(id: number, reason: string): Promise<void> {
    await this.#thread.ask('deadRefusedAgain', { id, reason, buriedAt: Date.now() });
  }

  /** The replay to an endpoint that is under way. */
  async replay(endpoint: string): Promise<ReplayState | undefined> {
    return this.#thread.ask('replay', { endpoint });
  }

  /** Begins to send a kept period once more; a dry one only says what it would be. */
  async startReplay(plan: ReplayPlan, isDry: boolean): Promise<ReplayState & { readonly letters: number }> {
    return this.#thread.ask('startReplay', { plan, isDry });
  }

  /** @returns how far it came; undefined where none was under way. */
  async endReplay(endpoint: string): Promise<ReplayState | undefined> {
    return this.#thread.ask('endReplay', { endpoint });
  }

  async state(): Promise<JournalState> {
    return this.#thread.ask('state', {});
  }

  /** A part of what is asked about, so small that nothing else has to wait for it; likewise a page. */
  async survey(ask: SurveyAsk): Promise<Survey> {
    return this.#thread.ask('survey', ask);
  }

  async page(ask: PageAsk): Promise<Page> {
    return this.#thread.ask('page', ask);
  }

  /**
   * Writes what waits, as far as the disk takes it (the rest is lost, counted), and closes the files.
   *
   * @throws Error where the thread ended before, or does not answer.
   */
  async close(): Promise<void> {
    this.#intake.stop();
    try {
      const isClosed = await atMost(CLOSE_MS, this.#finish());
      if (!isClosed)
        throw new Error(`the journal did not close within ${CLOSE_MS / 1_000} s: its disk does not answer`);
    } finally {
      for (const [source, count] of this.#intake.abandon()) this.#events.abandoned(count, source);
      this.#promises.breakAll(new Error('the journal was closed before'));
      await this.#thread.end();
    }
  }

  async #finish(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#intake.drain();
    await this.#thread.ask('close', {});
  }

  #accept(letters: readonly Letter[]): void {
    this.#recent.add(letters);
    this.#trouble.over();
    this.#events.accepted(letters);
    this.#promises.fulfil(letters);
  }

  #lose(telegram: Telegram): void {
    this.#events.lost(1, telegram.source);
    this.#promises.break(telegram, new Error('the disk took nothing, and memory is full'));
  }

  #begin(state: OpenState): void {
    this.#recent.begin(state.head);
    this.#isOpen = true;
    this.stamps.begin(state.clock);
    // What it accepts is told in a later turn: whoever waits for the state comes first.
    this.#intake.open();
  }

  #hear(message: ThreadEvent): void {
    if (message.event === 'repairing') this.#hearOfRepair(message.part);
    else if (message.event === 'takenOut') this.#events.takenOut(message.endpoints);
    else if (message.event === 'letGo') this.#events.letGo(message.letters);
    else if (message.event === 'walLost') this.#events.walLost(message.lost);
    else {
      this.#trouble.repaired();
      this.#recent.forget();
      this.#events.quarantined(message.quarantined);
    }
  }

  #hearOfRepair(part: number): void {
    this.#trouble.repairing(part);
    this.#intake.alive();
  }
}

function defaultScript(): URL {
  return new URL('./worker.js', import.meta.url);
}
