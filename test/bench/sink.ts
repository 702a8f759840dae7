import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that takes every letter without looking at it, as fast as Node can. */
export interface Sink {
  readonly url: string;
  /** When each request came, by `performance.now()`. */
  readonly arrivals: number[];
  close(): Promise<void>;
}

/** `port` 0: any free one. */
export async function openSink(port = 0): Promise<Sink> {
  const arrivals: number[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    arrivals.push(performance.now());
    request.resume().on('end', () => response.writeHead(201, { 'content-length': 0 }).end());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The settings of an endpoint that sends to a sink, with no limit to its rate. */
export function sendingTo({ url }: Pick<Sink, 'url'>, name: string): Record<string, unknown> {
  return { name, type: 'dsmr-v1', url, key: 'a-key', rate: 'off' };
}
