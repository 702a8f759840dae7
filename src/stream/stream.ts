import { createServer, type Server } from 'node:net';
import type { StreamConfig } from '../config/stream.ts';
import type { Letter } from '../journal/letter.ts';
import { keepListening, listeningAt } from '../network/keep-listening.ts';
import { Clients, type ClientEvents } from './clients.ts';
import { Feed } from './feed.ts';
import type { Printed } from './printed.ts';

/** What happens to it, for the log. */
export interface StreamEvents extends ClientEvents {
  listening(at: string): void;
  /** It is tried again. */
  unavailable(reason: string): void;
}

export interface StreamOptions {
  readonly config: StreamConfig;
  /** The first of the sources. */
  readonly firstSource: string;
  readonly events: StreamEvents;
}

/** How it stands. */
export interface StreamStatus {
  readonly clients: readonly StreamClient[];
  /** That were sent since the start, to all clients together. */
  readonly telegrams: number;
  readonly refused: Clients['refused'];
  readonly dropped: Clients['dropped'];
  /** Why it does not listen, where it should. */
  readonly trouble: string | undefined;
}

/** A client that is there now. */
export interface StreamClient {
  readonly id: number;
  readonly address: string;
  readonly since: Date;
  readonly idleMs: number;
  readonly telegrams: number;
}

/**
 * Raw telegrams to many readers: those of one meter over TCP to whoever connects, and a feed of all for the web's thread.
 * Nothing here is waited for: who does not read is dropped.
 */
export class Stream {
  readonly feed: Feed;
  readonly #options: StreamOptions;
  readonly #clients: Clients;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #trouble: string | undefined;

  constructor(options: StreamOptions) {
    const { config, events } = options;
    this.#options = options;
    this.feed = new Feed(config.addChecksum);
    this.#clients = new Clients(config, events);
  }

  /** Whose telegrams go over TCP. */
  get source(): string {
    const { config, firstSource } = this.#options;
    return config.source ?? firstSource;
  }

  start(): void {
    if (!this.#options.config.enabled) return;
    this.feed.follow((printed) => this.#send(printed));
    this.#running = this.#listen();
  }

  /** These are in the journal now. */
  accepted(letters: readonly Letter[]): void {
    this.feed.accepted(letters);
  }

  /** Undefined where it is switched off. */
  status(): StreamStatus | undefined {
    if (!this.#options.config.enabled) return undefined;
    const { all, telegrams: sent, refused, dropped } = this.#clients;
    const nowMs = performance.now();
    const clients = all.map(({ id, address, since, telegrams, lastMs }) => {
      return { id, address, since, telegrams, idleMs: nowMs - lastMs };
    });
    return { clients, telegrams: sent, refused, dropped, trouble: this.#trouble };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.feed.close();
    await this.#running;
  }

  async #listen(): Promise<void> {
    const { config, events } = this.#options;
    await keepListening({
      place: config,
      setting: 'stream.listen',
      create: () => this.#create(),
      listening: (server) => {
        this.#trouble = undefined;
        events.listening(listeningAt(server, config));
      },
      unavailable: (reason) => {
        this.#trouble = `cannot listen on ${reason}`;
        events.unavailable(reason);
      },
      close: async (server) => this.#close(server),
      signal: this.#stop.signal,
    });
  }

  /** Many a reader has nothing to say and ends its own direction: that is no hanging up. */
  #create(): Server {
    return createServer({ allowHalfOpen: true }, (socket) => {
      const client = this.#clients.admit(socket);
      const newest = this.feed.newest(this.source);
      if (client !== undefined && newest !== undefined) this.#clients.sendTo(client, newest.bytes);
    });
  }

  #send(printed: Printed): void {
    if (!this.#clients.isEmpty && printed.telegram.source === this.source) this.#clients.send(printed);
  }

  async #close(server: Server): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    this.#clients.close();
    await closed;
  }
}
