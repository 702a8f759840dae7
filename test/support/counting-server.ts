import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { cutOff, listenOn } from './loopback.ts';

const SECOND_MS = 1_000;

/**
 * A far side that takes every letter of API v1, and keeps of a million of them only what it has to know: how many came,
 * and whether each was printed a second behind the one before.
 */
export class CountingServer {
  count = 0;
  /** Letters that came again right behind themselves, came too late, or never came between two others. */
  twice = 0;
  outOfOrder = 0;
  missing = 0;
  /** Hears of each letter: the stamp that its meter printed, in milliseconds as if it were UTC. */
  onLetter: (stamp: number) => void = () => undefined;
  #last: number | undefined;
  #port = 0;
  #server: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The same port again after a `stop`. */
  async start(): Promise<this> {
    const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      void text(request).then((body) => {
        this.#take(body);
        response.writeHead(201, { 'content-type': 'text/html', 'content-length': 0 }).end();
      });
    });
    this.#port = await listenOn(server, this.#port);
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await cutOff(server);
  }

  #take(body: string): void {
    const stamp = stampIn(body);
    this.count += 1;
    this.onLetter(stamp);
    const seconds = this.#last === undefined ? 1 : (stamp - this.#last) / SECOND_MS;
    if (seconds === 0) this.twice += 1;
    else if (seconds < 0) this.outOfOrder += 1;
    else this.missing += seconds - 1;
    this.#last = stamp;
  }
}

/** `1.0.0(260120060000W)`, in a form. */
function stampIn(body: string): number {
  const [, year = '', month, day, hour, minute, second] =
    /1\.0\.0(?:\(|%28)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)[SW]/.exec(body) ?? [];
  return Date.parse(`20${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
