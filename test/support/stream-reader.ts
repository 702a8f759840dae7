import { connect, type Socket } from 'node:net';
import { until } from './service.ts';
import { naiveCrc16, printCrc } from './telegrams.ts';

/** What Home Assistant's `dsmr` takes for a telegram. */
const HOME_ASSISTANT = /\/[^/]+?![A-F0-9]{0,4}\0?\r\n/g;

/** The telegrams that Home Assistant finds in what came over a stream, and what is left. @throws for a byte that is no ASCII. */
export function asHomeAssistant(stream: Buffer): { telegrams: string[]; rest: string } {
  if (stream.some((byte) => byte > 0x7f)) throw new Error('not ASCII');
  const text = stream.toString('latin1');
  const telegrams = text.match(HOME_ASSISTANT) ?? [];
  return { telegrams, rest: telegrams.reduce((left, telegram) => left.replace(telegram, ''), text) };
}

/** The telegrams that evcc finds: from a `/` up to the first `!`, then to the end of the line, its CRC16 right. */
export function asEvcc(stream: Buffer): string[] {
  const found = stream.toString('latin1').match(/\/[^!]*![^\n]*\n/g) ?? [];
  return found.filter((frame) => {
    const mark = frame.indexOf('!') + 1;
    return frame.slice(mark).trim() === printCrc(naiveCrc16(Buffer.from(frame.slice(0, mark), 'latin1')));
  });
}

/** A program that reads a stream over TCP. */
export class StreamReader {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  isClosed = false;
  /** Bytes that came. */
  size = 0;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .once('close', () => (this.isClosed = true))
      .on('data', (chunk) => {
        this.#chunks.push(chunk);
        this.size += chunk.length;
      });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get telegrams(): string[] {
    return asHomeAssistant(this.bytes).telegrams;
  }

  async has(count: number, withinMs = 10_000): Promise<void> {
    await until(() => this.telegrams.length >= count, withinMs);
  }

  close(): void {
    this.socket.resetAndDestroy();
  }
}

/** The port that the service says its stream is on. */
export async function streamPort({ lines }: { readonly lines: readonly string[] }): Promise<number> {
  const found = (): string | undefined =>
    lines.flatMap((line) => / stream: listening on \S+:(\d+)/.exec(line)?.[1] ?? []).at(-1);
  await until(() => found() !== undefined, 20_000);
  return Number(found());
}
