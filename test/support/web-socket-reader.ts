import { once } from 'node:events';
import WebSocket, { type ClientOptions } from 'ws';
import { until } from './service.ts';

/** A program that reads telegrams over a WebSocket. */
export class WebSocketReader {
  readonly socket: WebSocket;
  readonly messages: string[] = [];
  /** The code and reason of its end. */
  ended: readonly [code: number, why: string] | undefined;

  constructor(base: string, path = '/ws', options: ClientOptions = {}) {
    this.socket = new WebSocket(`${base.replace('http', 'ws')}${path}`, options);
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer, isBinary) => this.messages.push(isBinary ? 'binary' : data.toString()));
    this.socket.once('close', (code, why) => (this.ended = [code, why.toString()]));
  }

  async has(count: number): Promise<void> {
    await until(() => this.messages.length >= count, 10_000);
  }

  async open(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  close(): void {
    this.socket.terminate();
  }
}

/** How a WebSocket was refused: the status of the answer, and its body. */
export async function refusal(base: string, path: string, options: ClientOptions = {}): Promise<[number, unknown]> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}${path}`, options);
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.terminate();
      reject(new Error('it was let in'));
    });
    socket.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        socket.terminate();
        resolve([response.statusCode ?? 0, JSON.parse(Buffer.concat(chunks).toString())]);
      });
    });
  });
}
