import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a broker listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** Undefined: without TLS. Texts in PEM. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
}

const PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1_883, 'mqtts:': 8_883 };
const KEEP_ALIVE_MS = 30_000;

/** @param url begins with mqtt:// or mqtts://. */
export function placeOf(url: string, tls: NonNullable<Place['tls']>): Place & { readonly address: string } {
  const { protocol, hostname, port: given } = new URL(url);
  const port = given === '' ? (PORTS[protocol] ?? 0) : Number(given);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port, address: `${protocol}//${hostname}:${port}`, tls: protocol === 'mqtts:' ? tls : undefined };
}

/** A socket that is being connected. */
export function openSocket({ host, port, tls }: Place): Socket {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket = tls === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ...servername, ...tls });
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
}
