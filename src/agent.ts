import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Config } from './config/config.ts';
import { placesOf } from './config/places.ts';
import { Desks } from './desks.ts';
import { Ingest } from './ingest/ingest.ts';
import type { History } from './history/history.ts';
import { Journal } from './journal/journal.ts';
import { Outboxes } from './outboxes.ts';
import { buildSource, type BuiltSource, decryptionOf, historyOf, streamOf } from './parts.ts';
import { readSource } from './pipeline.ts';
import { recall, recallLetters } from './recall.ts';
import { ClockWatch } from './service/clock-watch.ts';
import { ControlServer, isServed } from './service/control.ts';
import { health, type Health } from './service/health.ts';
import { skewsOf } from './service/skew.ts';
import { serviceView } from './service/service-view.ts';
import { createServiceManager, feedWatchdog, type ServiceManager } from './service/systemd.ts';
import type { Stream } from './stream/stream.ts';
import type { Telegram } from './telegram/telegram.ts';
import { Events } from './telemetry/events.ts';
import type { Log } from './telemetry/log.ts';
import { aborted } from './time/aborted.ts';
import { atMost } from './time/at-most.ts';
import { sleep } from './time/sleep.ts';
import { programVersion } from './version.ts';
import { keyId } from './web/access/key-text.ts';
import { webSettings } from './web/settings.ts';
import { Web } from './web/web.ts';

export interface AgentOptions {
  readonly config: Config;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** End by itself once every source has ended and nothing waits any more. */
  readonly untilDelivered: boolean;
}

/** An append that takes longer than this is a hung card: the watchdog is told. */
const HUNG_MS = 30_000;
const DELIVERED_CHECK_MS = 100;
/** The journal opens sooner than that, unless its disk is in trouble. Whoever has no right to it must not read either. */
const READ_AFTER_MS = 1_000;

/**
 * Builds every part from the configuration, starts them, runs until the signal aborts, and stops them in reverse.
 *
 * @returns false where `untilDelivered` was asked for, and not everything could be delivered.
 * @throws {ConfigError} for what a part finds wrong with its settings; what opening the journal throws; an error where
 * the journal's thread ends by itself.
 */
export async function runAgent(options: AgentOptions, stop: AbortSignal): Promise<boolean> {
  return new Agent(options).run(stop);
}

/** The composition root: the one place that knows every part. */
class Agent {
  readonly #options: AgentOptions;
  readonly #events: Events;
  readonly #startedAt = new Date();
  readonly #ended = new AbortController();
  readonly #clock = this.#watchClock();
  readonly #manager: ServiceManager;
  readonly #sources: readonly BuiltSource[];
  /** The source that telegrams are posted to. */
  readonly #ingest: Ingest | undefined;
  readonly #outboxes: Outboxes;
  readonly #journal: Journal;
  readonly #history: History | undefined;
  readonly #stream: Stream;
  readonly #desks: Desks;
  readonly #control: ControlServer;
  /** Undefined where none is wanted. */
  readonly #web: Web | undefined;
  #failure: Error | undefined;

  constructor(options: AgentOptions) {
    const { config, env, log } = options;
    this.#options = options;
    this.#events = new Events(log);
    this.#manager = createServiceManager({ env, onFailure: (line) => log.warn(line) });
    this.#sources = config.sources.map(buildSource);
    const posted = this.#sources.find(({ source }) => source.takesPosts === true);
    this.#ingest = posted && this.#makeIngest(posted);
    this.#outboxes = new Outboxes({
      config,
      events: this.#events.outbox,
      ageOf: (letter) => this.#clock.ageOf(letter),
      service: serviceView(config, {
        version: programVersion(),
        startedAt: this.#startedAt,
        tally: this.#events.tally,
      }),
    });
    this.#journal = this.#makeJournal(config);
    this.#history = historyOf(config, this.#journal, this.#events.history);
    this.#stream = streamOf(config, this.#events.stream);
    this.#desks = this.#makeDesks();
    this.#control = new ControlServer(this.#desks.routes());
    this.#web = config.http.enabled ? this.#makeWeb(config) : undefined;
  }

  /** Reads from the first second, however long the journal takes to open. @throws what ended it before it was stopped. */
  async run(stop: AbortSignal): Promise<boolean> {
    const { signal } = this.#ended;
    // Each source has some of its own: there are more than Node takes for a leak, and never more than so many.
    setMaxListeners(0, signal);
    stop.addEventListener('abort', () => this.#ended.abort(), { once: true });
    if (stop.aborted) this.#ended.abort();
    const opening = this.#openJournal(signal).catch((error: unknown) => this.#fail(error));
    await atMost(READ_AFTER_MS, opening);
    const reading = signal.aborted ? [] : await this.#begin(signal);
    if (this.#options.untilDelivered) await this.#delivered([...reading, opening], signal);
    else await aborted(signal);
    this.#ended.abort();
    await Promise.all([...reading, opening]);
    return this.#stop();
  }

  async #begin(signal: AbortSignal): Promise<Promise<void>[]> {
    const { config, log } = this.#options;
    this.#events.start(signal);
    this.#clock.start(signal);
    this.#feedWatchdog(signal);
    await this.#openControl(false);
    this.#stream.start();
    this.#web?.start();
    this.#outboxes.start();
    const reading = this.#sources
      .filter(({ source }) => source.takesPosts !== true)
      .map(async (source) => this.#read(source, signal).catch((error: unknown) => this.#fail(error)));
    await this.#manager.ready(this.#health().line);
    log.info(`ready: ${names(config.sources)} to ${names(config.endpoints) || 'no endpoint'}`);
    return reading;
  }

  async #stop(): Promise<boolean> {
    void this.#manager.stopping('stopping');
    await Promise.all([this.#stream.close(), this.#web?.close()]);
    await this.#control.close();
    await Promise.all([this.#outboxes.stop(), this.#history?.close()]);
    await this.#journal.close().catch((error: unknown) => {
      const { message } = error as Error;
      if (this.#failure === undefined)
        this.#options.log.error(`journal: not closed in order: ${message}; what was accepted is kept`);
    });
    if (this.#failure !== undefined) throw this.#failure;
    this.#events.summarise();
    const missed = this.#options.untilDelivered ? this.#events.tally.missed() : [];
    if (missed.length > 0) this.#options.log.error(`not everything was delivered: ${missed.join(', ')}`);
    this.#options.log.info('stopped');
    return missed.length === 0;
  }

  #makeJournal({ journal: settings, stateDir }: Config): Journal {
    const endpoints = placesOf(this.#options.config);
    return new Journal(
      { ...settings, maxBytes: settings.maxBytes, folder: stateDir.path, endpoints },
      this.#events.journal({
        accepted: (letters) => {
          this.#ingest?.saw(letters);
          this.#outboxes.accepted(letters);
          this.#history?.accepted(letters);
          this.#stream.accepted(letters);
        },
        letGo: (letters) => {
          this.#outboxes.letGo(letters);
          this.#history?.letGo(letters);
        },
        failed: (error) => this.#fail(error),
      }),
    );
  }

  async #openJournal(signal: AbortSignal): Promise<void> {
    const state = await this.#journal.open(signal);
    if (state === undefined) return;
    this.#clock.begin(state.clock);
    this.#outboxes.open(this.#journal, state);
    this.#history?.start(this.#startedAt);
    this.#desks.open();
    await Promise.all(this.#sources.map((source) => recall(source, this.#journal, state.head)));
    if (this.#ingest !== undefined) await recallLetters(this.#ingest, this.#sources, this.#journal, state.head);
    await this.#openControl(true);
  }

  #makeIngest({ config: { name, checksum }, history }: BuiltSource): Ingest {
    this.#events.takesPosts(name);
    const journal = { keep: async (telegram: Telegram) => this.#clock.before(this.#journal).keep(telegram) };
    const ownKeys = this.#options.config.endpoints.flatMap(({ settings }) => keyId(settings['key']) ?? []);
    return new Ingest({ source: name, checksum, history, ownKeys, journal, events: this.#events });
  }

  #makeDesks(): Desks {
    return new Desks({
      events: this.#events,
      journal: this.#journal,
      outboxes: this.#outboxes,
      history: this.#history,
      ingest: this.#ingest,
      stream: this.#stream,
      health: () => this.#health(),
    });
  }

  #makeWeb(config: Config): Web {
    return new Web(webSettings(config, programVersion(), this.#startedAt), this.#desks.office(), this.#events.web);
  }

  /**
   * Commands ask through a socket; a service without it still does its work. Only who has the journal open (`isAlone`)
   * knows that no other service needs the socket.
   */
  async #openControl(isAlone: boolean): Promise<void> {
    const { config, log } = this.#options;
    const path = join(config.stateDir.path, 'control.sock');
    if (this.#control.isListening || (!isAlone && (await isServed(path)))) return;
    await this.#control.listen(path).catch((error: unknown) => {
      const line = `control socket: ${String(error)}; the commands outbox, replay, journal and health cannot reach this service`;
      if (isAlone) log.warn(line);
    });
  }

  /** A fault of this program itself: an orderly stop, and a start by the service manager, is all that helps. */
  #fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
    this.#ended.abort();
  }

  async #read({ config, source, history }: BuiltSource, signal: AbortSignal): Promise<void> {
    const { name, checksum, silenceMs, patienceMs } = config;
    const events = this.#events;
    events.tally.source(name);
    const once = this.#options.untilDelivered;
    const journal = this.#clock.before(this.#journal);
    const decryption = decryptionOf(config);
    await readSource({
      name,
      source,
      checksum,
      history,
      decryption,
      silenceMs,
      patienceMs,
      journal,
      events,
      once,
      signal,
    });
  }

  #watchClock(): ClockWatch {
    return new ClockWatch({
      stepped: (byMs, wasSet) => this.#events.clockStepped(byMs, wasSet),
      unset: ({ wallMs }) => this.#events.clockUnset(new Date(wallMs)),
      moved: (byMs, time, isSet) => this.#journal.stamps.move(byMs, time, isSet),
    });
  }

  #feedWatchdog(signal: AbortSignal): void {
    const watchdog = {
      manager: this.#manager,
      status: () => this.#health().line,
      hanging: () => (this.#journal.appendingMs > HUNG_MS ? 'an append to the journal' : undefined),
      onWithheld: (what: string) => this.#options.log.error(`${what} hangs: systemd will restart the service`),
    };
    feedWatchdog(watchdog, signal);
  }

  async #delivered(first: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
    await Promise.all(first);
    while (!signal.aborted && !(await this.#isDelivered())) await sleep(DELIVERED_CHECK_MS, signal);
  }

  async #isDelivered(): Promise<boolean> {
    const { unaccepted, appendingMs } = this.#journal;
    if (unaccepted > 0 || appendingMs > 0 || this.#history?.isCaughtUp === false) return false;
    return this.#outboxes.areEmpty(this.#journal);
  }

  #health(): Health {
    return health({
      sources: this.#events.tally.sources(),
      endpoints: this.#outboxes.statuses(),
      unaccepted: this.#journal.unaccepted,
      droppedBefore: this.#outboxes.droppedBefore,
      skewsMs: skewsOf(
        this.#sources.map(({ config }) => config),
        this.#events.newest,
      ),
      isClockSet: this.#clock.isSet,
      journalTrouble: this.#journal.trouble,
      stream: this.#stream.status(),
      startedAt: this.#startedAt,
      now: new Date(),
    });
  }
}

function names(parts: readonly { readonly name: string }[]): string {
  return parts.map(({ name }) => name).join(', ');
}
