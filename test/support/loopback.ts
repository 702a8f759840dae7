import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on loopback. @param port 0 is any that is free. @returns the port. */
export async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Refuses connections from now on and cuts those there are. */
export async function cutOff(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
