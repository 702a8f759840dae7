import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { MOST_UNSENT_BYTES, Said } from '../../network/listener.ts';
import type { Channel, ChannelSource, WhyGone } from './channel.ts';

/** A message of a client; whoever sends a longer one is dropped. */
const LONGEST_MESSAGE_BYTES = 4_096;
/** A client that did not answer the last ping is dead. */
const PING_MS = 30_000;
/** How long a client may take to say goodbye. */
const GOODBYE_MS = 1_000;
const GOING_AWAY = 1_001;

let server: WebSocketServer | undefined;

/**
 * Makes a WebSocket of a request and runs its source until either of them ends. The one place that knows `ws`, which is
 * loaded with the first.
 *
 * @param stop the service stops.
 */
export async function openWebSocket(
  source: ChannelSource,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  stop: AbortSignal,
): Promise<void> {
  if (server === undefined) {
    const { WebSocketServer: Server } = await import('ws');
    server = new Server({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: LONGEST_MESSAGE_BYTES,
    });
  }
  // What is no proper handshake is answered, and ended, by the library.
  server.handleUpgrade(request, socket, head, (client) => void run(client, source, stop));
}

async function run(client: WebSocket, source: ChannelSource, stop: AbortSignal): Promise<void> {
  const gone = new AbortController();
  const drop = (why: WhyGone): void => {
    gone.abort(why);
    client.terminate();
  };
  const leave = (code: number, why: WhyGone): void => {
    gone.abort(why);
    client.close(code, why);
    setTimeout(() => client.terminate(), GOODBYE_MS).unref();
  };
  const goAway = (): void => leave(GOING_AWAY, 'the service stopped');
  stop.addEventListener('abort', goAway, { once: true });
  client.on('error', () => drop('client left'));
  client.once('close', () => {
    gone.abort('client left' satisfies WhyGone);
    stop.removeEventListener('abort', goAway);
  });
  listen(client, drop);
  watch(client, gone.signal, drop);
  if (stop.aborted) goAway();
  const channel: Channel = {
    send(text) {
      if (gone.signal.aborted) return false;
      client.send(text);
      if (client.bufferedAmount > MOST_UNSENT_BYTES) drop('too slow');
      return true;
    },
    end: leave,
  };
  await source(channel, gone.signal).catch(() => drop('client left'));
}

/** What it says is thrown away. */
function listen(client: WebSocket, drop: (why: WhyGone) => void): void {
  const said = new Said();
  const heard = (bytes: number): void => {
    if (said.isTooMuch(bytes)) drop('talkative');
  };
  client.on('message', (data: RawData) => heard(LEAST_BYTES + sizeOf(data)));
  client.on('ping', () => heard(LEAST_BYTES));
}

/** An empty message is work, too. */
const LEAST_BYTES = 64;

function sizeOf(data: RawData): number {
  return Array.isArray(data) ? data.reduce((sum, { length }) => sum + length, 0) : data.byteLength;
}

function watch(client: WebSocket, gone: AbortSignal, drop: (why: WhyGone) => void): void {
  let isAlive = true;
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) drop('dead');
    isAlive = false;
    if (!gone.aborted) client.ping();
  }, PING_MS).unref();
  gone.addEventListener('abort', () => clearInterval(timer), { once: true });
}
