import type { Socket } from 'node:net';
import type { StreamConfig } from '../config/stream.ts';
import { isLoopback, Networks, plainAddress } from '../network/networks.ts';
import { Client, type Drop } from './client.ts';
import type { Printed } from './printed.ts';

/** Why a client was not let in: there are so many already, or of its address; or it is of no network that may. */
export type Refusal = 'full' | 'address' | 'network';

export interface ClientEvents {
  refused(address: string, reason: Refusal): void;
  dropped(address: string, reason: Drop): void;
}

/** Those that read the stream now, as many as there may be. */
export class Clients {
  readonly refused: Record<Refusal, number> = { full: 0, address: 0, network: 0 };
  readonly dropped: Record<Drop, number> = { slow: 0, talkative: 0 };
  /** That were sent since the start, to all together. */
  telegrams = 0;
  readonly #config: StreamConfig;
  readonly #events: ClientEvents;
  readonly #allowed: Networks;
  readonly #all = new Set<Client>();
  #lastId = 0;

  constructor(config: StreamConfig, events: ClientEvents) {
    this.#config = config;
    this.#events = events;
    this.#allowed = new Networks(config.allowCidrs);
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  get all(): readonly Client[] {
    return [...this.#all];
  }

  /** @returns undefined where it was sent away. */
  admit(socket: Socket): Client | undefined {
    // Whatever is wrong with a connection, it closes, which is all there is to know.
    socket.on('error', () => undefined);
    const address = plainAddress(socket.remoteAddress);
    const reason = this.#whyNot(address);
    if (reason !== undefined) {
      socket.destroy();
      this.refused[reason] += 1;
      this.#events.refused(address, reason);
      return undefined;
    }
    const client: Client = new Client(++this.#lastId, socket, address, (why) => {
      this.dropped[why] += 1;
      this.#events.dropped(address, why);
    });
    this.#all.add(client);
    socket.once('close', () => this.#all.delete(client));
    return client;
  }

  /** To all that are there. */
  send({ bytes }: Printed): void {
    for (const client of this.#all) this.sendTo(client, bytes);
  }

  sendTo(client: Client, bytes: Buffer): void {
    if (client.send(bytes)) this.telegrams += 1;
  }

  close(): void {
    for (const client of this.#all) client.close();
  }

  #whyNot(address: string): Refusal | undefined {
    const { maxClients, maxPerAddress } = this.#config;
    if (!isLoopback(address) && !this.#allowed.has(address)) return 'network';
    if (this.#all.size >= maxClients) return 'full';
    const alike = this.all.filter((client) => client.address === address);
    return alike.length >= maxPerAddress ? 'address' : undefined;
  }
}
