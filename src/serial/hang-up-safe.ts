import { readSync } from 'node:fs';
import { SerialPort } from 'serialport';

type Binding = typeof SerialPort.binding;
type Options = Parameters<Binding['open']>[0];
type Port = Awaited<ReturnType<Binding['open']>>;
/** What a port of Linux and macOS is besides: the descriptor, and who tells when it can be read. */
type PollingPort = Port & {
  readonly fd: number | null;
  readonly poller: { once(event: 'readable', listener: (error: Error | null) => void): unknown };
};

/** When bytes can be read: how long to leave them, and what came of it. */
export interface Pace {
  /** Resolves when it is time to read. */
  rest(): Promise<void>;
  took(bytes: number): void;
}

/**
 * serialport's binding, made to notice every hang-up. A tty that has hung up can always be read and gives zero bytes;
 * serialport's own binding takes that as "try again", at once and for ever, when the cable is pulled during a read.
 * Here zero bytes are an error. Reads wait for bytes first, then for `pace`, so no read is ever under way.
 */
export function hangUpSafe(pace: Pace) {
  return {
    list: () => SerialPort.binding.list(),
    async open(options: Options): Promise<Port> {
      const port = (await SerialPort.binding.open(options as never)) as PollingPort;
      port.read = (buffer, offset, length) => read(port, pace, buffer, offset, length);
      return port;
    },
  };
}

async function read(port: PollingPort, pace: Pace, buffer: Buffer, offset: number, length: number) {
  for (;;) {
    await readable(port);
    await pace.rest();
    if (port.fd === null) throw Object.assign(new Error('the port was closed'), { canceled: true });
    const bytesRead = readNow(port.fd, buffer, offset, length);
    if (bytesRead === 0) throw new Error('end of file');
    if (bytesRead !== undefined) {
      pace.took(bytesRead);
      return { buffer, bytesRead };
    }
  }
}

function readable(port: PollingPort): Promise<void> {
  return new Promise((resolve, reject) => {
    port.poller.once('readable', (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** The descriptor never blocks: undefined when another reader has taken the bytes. Spares a trip through the threads. */
function readNow(fd: number, buffer: Buffer, offset: number, length: number): number | undefined {
  try {
    return readSync(fd, buffer, offset, length, null);
  } catch (error) {
    if (['EAGAIN', 'EINTR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
