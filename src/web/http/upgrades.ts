import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Gives requests for a WebSocket to `upgrade`; all others are answered as if they had asked for no other protocol. */
export function takeUpgrades(server: Server, upgrade: Upgrade): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Whatever is wrong with a connection, it closes, which is all there is to know.
    socket.on('error', () => undefined);
    if (isForWebSocket(request)) upgrade(request, socket, head);
    else askAgain(server, request, socket, head);
  });
}

function isForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Some clients offer HTTP/2 with whatever they ask. Once there are upgrades, node takes each of those for one. */
function askAgain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || OF_UPGRADES.includes(name.toLowerCase()) ? [] : [`${name}: ${rawHeaders[index + 1] ?? ''}`],
  );
  const text = [`${method} ${url} HTTP/${httpVersion}`, ...lines, '', ''].join('\r\n');
  socket.unshift(Buffer.concat([Buffer.from(text, 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}

const OF_UPGRADES = ['connection', 'upgrade', 'http2-settings'];
