import type { JournalEvents } from '../journal/journal-events.ts';
import type { OutboxEvents } from '../outbox/outbox-events.ts';
import { NoTelegram } from '../sources/no-telegram.ts';
import type { ConnectionEvents } from '../sources/reconnect.ts';
import type { Encryption } from '../telegram/decryption.ts';
import type { Rejection, RejectionReason, Telegram } from '../telegram/telegram.ts';
import { Blocks, HINTS } from './blocks.ts';
import { DeniedLog } from './denied.ts';
import { HistoryTeller } from './history-teller.ts';
import { Flapping } from './flapping.ts';
import { JournalTeller } from './journal-teller.ts';
import type { Log } from './log.ts';
import { OutboxTeller } from './outbox-teller.ts';
import { Rejections } from './rejections.ts';
import { StreamTeller } from './stream-teller.ts';
import { Tally } from './tally.ts';
import { count, span } from './wording.ts';
import type { WebEvents } from '../web/web.ts';
import { WebTeller } from './web-teller.ts';

const SUMMARY_MS = 60_000;

/**
 * Everything that happens, one function each: it counts and it logs, so that the two cannot disagree. One line when a
 * state changes, one summary a minute of what repeats, never a line a telegram.
 */
export class Events {
  readonly tally = new Tally();
  readonly rejections = new Rejections();
  readonly denied = new DeniedLog();
  /** The newest telegram accepted of each source. */
  readonly newest = new Map<string, Telegram>();
  readonly history: HistoryTeller;
  readonly stream: StreamTeller;
  readonly web: WebEvents;
  readonly outbox: OutboxEvents;
  readonly #log: Log;
  /** The trouble of each source that gives bytes and no telegram: only a telegram ends it. */
  readonly #deaf = new Map<string, string>();
  readonly #blocks = new Blocks();
  /** How the last encrypted telegram of each source came. */
  readonly #encryption = new Map<string, Encryption>();
  /** Sources whose telegrams come back. */
  readonly #loops = new Set<string>();
  readonly #journal: JournalTeller;
  readonly #outbox: OutboxTeller;

  constructor(log: Log) {
    this.#log = log;
    this.#journal = new JournalTeller(log, this.tally, this.denied);
    this.#outbox = new OutboxTeller(log, this.tally, this.denied);
    this.outbox = this.#outbox.events;
    this.web = new WebTeller(log).events;
    this.history = new HistoryTeller(log);
    this.stream = new StreamTeller(log);
  }

  /** Logs summaries until the signal aborts. */
  start(signal: AbortSignal): void {
    const timer = setInterval(() => this.summarise(), SUMMARY_MS).unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  summarise(): void {
    for (const { source, counts } of this.rejections.summarise()) {
      const [worst] = [...counts].toSorted(([, a], [, b]) => b - a);
      const total = [...counts.values()].reduce((sum, amount) => sum + amount, 0);
      const reasons = [...counts].map(([reason, amount]) => `${reason} ${amount}`).join(', ');
      const hint = worst === undefined ? '' : `; ${HINTS[worst[0]]}`;
      this.#log.warn(
        `source ${source}: rejected ${count(total, 'telegram')} since the last summary (${reasons})${hint}`,
      );
    }
    this.#outbox.summarise();
    this.stream.summarise();
  }

  /** Bytes, but no telegram: said once, until one comes. */
  noTelegram(name: string, trouble: string): void {
    const tally = this.tally.source(name);
    tally.connected = false;
    const before = this.#deaf.get(name);
    if (before === undefined || tally.trouble !== before) this.#log.warn(`source ${name}: no telegram: ${trouble}`);
    this.#deaf.set(name, trouble);
    tally.trouble = trouble;
  }

  connection(name: string): ConnectionEvents {
    const tally = this.tally.source(name);
    const flapping = new Flapping();
    const down = (trouble: string): void => {
      const word = tally.connected ? flapping.lost(performance.now()) : 'lost';
      // A cable that stays out is one line, not one for each try.
      if (word === 'lost' && tally.trouble !== trouble)
        this.#log.warn(`source ${name}: ${trouble}; trying again until it works`);
      if (typeof word === 'object')
        this.#log.warn(
          `source ${name}: the connection was lost ${word.times} times, the last time: ${trouble}; it is opened again each time`,
        );
      tally.connected = false;
      tally.trouble = trouble;
    };
    return {
      opened: (foundOn) => {
        if (foundOn !== undefined && foundOn !== tally.foundOn) this.#log.info(`source ${name}: found on ${foundOn}`);
        tally.foundOn = foundOn;
        tally.connections += 1;
        tally.connected = true;
        const blocked = this.#blocks.troubleOf(name);
        if ([undefined, blocked, this.#deaf.get(name)].includes(tally.trouble)) return;
        const but = blocked === undefined ? '' : `, but ${blocked}`;
        if (flapping.isTold) this.#log.info(`source ${name}: reading${but}`);
        tally.trouble = blocked;
      },
      lost: (error) => {
        this.history.noTelegram(name, error instanceof NoTelegram ? 'silent' : 'port');
        if (error instanceof NoTelegram) this.noTelegram(name, error.message);
        else down(error.message);
      },
      silent: (ms, _retryInMs, why) => {
        this.history.noTelegram(name, 'silent');
        if (why !== undefined) down(`no new telegram for ${span(ms)}: ${why}`);
        else
          down(
            `not a byte for ${span(ms)}: check the cable and the data request line, and that the port is switched on by the grid operator`,
          );
      },
    };
  }

  /** Nothing is opened: telegrams are posted. */
  takesPosts(name: string): void {
    Object.assign(this.tally.source(name), { takesPosts: true, connected: true, trouble: undefined });
  }

  repeated(source: string): void {
    this.tally.source(source).repeated += 1;
  }

  /** A telegram that came here from `from` is posted by another sender: said once. */
  looped(source: string, from: string): void {
    if (this.#loops.has(from)) return;
    this.#loops.add(from);
    this.#log.warn(
      `source ${source}: telegrams of source ${from} are posted to it, and refused: an endpoint sends them back to this service`,
    );
  }

  rejected(source: string, rejection: Rejection): void {
    this.history.noTelegram(source, 'checksum');
    const { rejected } = this.tally.source(source);
    rejected[rejection.reason] = (rejected[rejection.reason] ?? 0) + 1;
    this.#log.debug(`source ${source}: rejected ${rejection.raw.length} bytes: ${rejection.reason}`);
    this.rejections.add(source, rejection, new Date());
    const text = `${rejection.raw.length} bytes: ${HINTS[rejection.reason]}`;
    this.denied.add({ kind: 'telegram', reason: rejection.reason, text, source, endpoint: undefined });
    this.#lookForBlock(source, rejection.reason);
  }

  /** Said once, until a telegram comes. */
  #lookForBlock(source: string, reason: RejectionReason): void {
    const before = this.#blocks.troubleOf(source);
    this.#blocks.rejected(source, reason);
    const trouble = this.#blocks.troubleOf(source);
    const tally = this.tally.source(source);
    if (trouble === before || (tally.trouble !== undefined && tally.trouble !== before)) return;
    tally.trouble = trouble;
    this.#log.warn(`source ${source}: ${tally.trouble}`);
  }

  /** A telegram came in an encrypted frame. What is odd about it is said when it begins, and counted. */
  decrypted(source: string, encryption: Encryption): void {
    const before = this.#encryption.get(source);
    this.#encryption.set(source, encryption);
    const tally = this.tally.source(source);
    if (encryption.tag === 'unverified') {
      tally.unverified += 1;
      if (before?.tag !== 'unverified')
        this.#log.warn(
          `source ${source}: telegrams are taken whose tag does not fit (tag: optional): authenticationKey may not be that of this meter`,
        );
    }
    if (!encryption.isReplayed) return;
    tally.replayed += 1;
    if (before?.isReplayed !== true)
      this.#log.warn(
        `source ${source}: its frame counter does not grow: frames come again, or the meter has a new key; its telegrams are taken`,
      );
  }

  read(source: string, bytes: number): void {
    this.tally.source(source).bytes += bytes;
  }

  noise(source: string, bytes: number): void {
    this.tally.source(source).noiseBytes += bytes;
  }

  sourceEnded(source: string): void {
    Object.assign(this.tally.source(source), { connected: false, ended: true });
    this.#log.info(`source ${source}: read to its end`);
  }

  sourceBrokeOff(source: string, { message }: Error): void {
    Object.assign(this.tally.source(source), { connected: false, trouble: message });
    this.#log.error(`source ${source}: ${message}; not read again, as its beginning would come twice`);
  }

  /** What the journal tells is counted and logged, and handed on to whom it moves. */
  journal(then: Pick<JournalEvents, 'accepted' | 'letGo' | 'failed'>): JournalEvents {
    const told = this.#journal.events;
    return {
      ...told,
      accepted: (letters) => {
        this.#outbox.journalAnswered();
        for (const { telegram } of letters) this.#accepted(telegram);
        then.accepted(letters);
      },
      lost: (amount, source) => {
        this.history.noTelegram(source, 'disk');
        told.lost(amount, source);
      },
      letGo: (letters) => {
        told.letGo(letters);
        then.letGo(letters);
      },
      failed: (error) => {
        told.failed(error);
        then.failed(error);
      },
    };
  }

  clockUnset(now: Date): void {
    this.#log.warn(
      `this machine's clock is not set yet: it says ${now.toISOString()}; telegrams of meters without a clock wait until it is`,
    );
  }

  clockStepped(byMs: number, wasSet: boolean): void {
    const step = `${span(Math.abs(byMs))} ${byMs > 0 ? 'forward' : 'back'}`;
    if (wasSet) this.#log.warn(`this machine's clock was set ${step}; what was read before keeps its time`);
    else this.#log.info(`this machine's clock was set ${step}; what was read before gets the time that it came at`);
  }

  #accepted(telegram: Telegram): void {
    const { source } = telegram;
    this.newest.set(source, telegram);
    this.#blocks.accepted(source);
    const tally = this.tally.source(source);
    tally.accepted += 1;
    if (telegram.checksum === 'repaired') tally.repaired += 1;
    tally.lastAcceptedAt = new Date();
    this.#log.debug(`source ${source}: accepted telegram ${tally.accepted}`);
    if (!tally.connected || tally.trouble === undefined) return;
    this.#log.info(`source ${source}: reading`);
    tally.trouble = undefined;
  }
}
