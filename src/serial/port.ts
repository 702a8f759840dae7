import type { Readable } from 'node:stream';
import { SerialPort } from 'serialport';
import { sleep } from '../time/sleep.ts';
import { BurstPredictor } from './burst.ts';
import { hangUpSafe, type Pace } from './hang-up-safe.ts';
import { LineGuard } from './line-guard.ts';
import type { Line } from './lines.ts';
import { explainOpenError } from './open-error.ts';

export interface PortSettings extends Line {
  readonly path: string;
}

/**
 * Opens a serial port, raw and with a lock, and reads it until the signal aborts: then it ends. Bytes come as they are
 * on the line, cut behind line ends where there are any. Never writes.
 * @throws {Error} that names the port and the remedy when it cannot be opened, or was hung up.
 */
export async function* readPort(settings: PortSettings, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const port = await open(settings, signal);
  const lines = new LineGuard();
  const closed = connect(port, lines);
  const stop = () => port.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const line of lines as AsyncIterable<string>)
      yield Buffer.from([line, ...waiting<string>(lines)].join(''), 'latin1');
    const lost = await closed;
    if (lost)
      throw new Error(`${settings.path}: hung up (${lost.message}): the cable was pulled, or its adapter was reset`, {
        cause: lost,
      });
  } finally {
    signal.removeEventListener('abort', stop);
    if (port.isOpen) port.close();
    await closed;
  }
}

/** Several times the 4 kB that a Linux tty holds: reads share this buffer, and the last before its end comes up short. */
const READ_BUFFER_BYTES = 16_384;

function open({ path, baudRate, parity }: PortSettings, signal: AbortSignal): Promise<SerialPort> {
  const options = {
    binding: hangUpSafe(createPace(baudRate, signal)),
    path,
    baudRate,
    dataBits: 8,
    parity: parity ?? 'none',
    stopBits: 1,
    lock: true,
    highWaterMark: READ_BUFFER_BYTES,
  } as const;
  return new Promise((resolve, reject) => {
    const port = new SerialPort(options, (error) => {
      if (error) explainOpenError(path, error).then(reject, reject);
      else resolve(port);
    });
  });
}

function createPace(baudRate: number, signal: AbortSignal): Pace {
  const bursts = new BurstPredictor(baudRate);
  return {
    async rest() {
      const ms = bursts.rest(performance.now());
      await sleep(ms, signal);
    },
    took: (bytes) => bursts.took(bytes, performance.now()),
  };
}

/** Lets the port's bytes into `lines` until it closes; resolves then with the error, if it was not closed by us. */
function connect(port: SerialPort, lines: LineGuard): Promise<Error | null> {
  port.pipe(lines);
  return new Promise((resolve) => {
    const end = (error: Error | null) => {
      if (lines.writable) {
        // What came before the hang-up may still wait in the port for room in `lines`.
        for (const bytes of waiting<Buffer>(port)) lines.write(bytes);
        lines.end();
      }
      resolve(error);
    };
    port.once('close', end).on('error', end);
  });
}

function* waiting<T>(stream: Readable): Generator<T, void> {
  for (let item = stream.read() as T | null; item !== null; item = stream.read() as T | null) yield item;
}
