import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { findFrame } from '../telegram/encrypted-frame.ts';
import { defineSource } from './source.ts';
import { createPacer } from './waits.ts';

/** Replays a capture: the raw bytes of a P1 port in a file or on standard input. */
export const file = defineSource({
  settings: ({ z }) =>
    z.object({
      path: z.string().min(1).describe('the capture to replay; - is standard input'),
      telegramsPerSecond: z.number().min(0).default(0).describe('how fast; 0 = as fast as it is read'),
    }),
  create: ({ path, telegramsPerSecond }) => ({
    ends: true,
    async *open(signal) {
      const stream: Readable = path === '-' ? process.stdin : createReadStream(path);
      addAbortSignal(signal, stream);
      try {
        const bytes = stream as AsyncIterable<Buffer>;
        yield* telegramsPerSecond === 0 ? bytes : paced(bytes, 1_000 / telegramsPerSecond, signal);
      } catch (error) {
        if (!signal.aborted) throw explain(path, error as NodeJS.ErrnoException);
      }
    },
  }),
});

async function* paced(bytes: AsyncIterable<Buffer>, intervalMs: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const turn = createPacer(intervalMs, signal);
  for await (const telegram of cutBehindTelegrams(bytes)) {
    yield telegram;
    await turn();
    if (signal.aborted) return;
  }
}

// A capture need not hold telegrams: without an end mark in so many bytes, they go on as they are.
const MAX_HELD_BYTES = 16 * 1024;

/** The same bytes, cut behind each line that begins with `!`, and behind each encrypted frame. */
export async function* cutBehindTelegrams(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    held = Buffer.concat([held, chunk]);
    for (let end = endOfTelegram(held); end > 0; end = endOfTelegram(held)) {
      yield held.subarray(0, end);
      held = held.subarray(end);
    }
  }
  if (held.length > 0) yield held;
}

/** How many bytes the first telegram takes with all that stands before it; 0 while its end is not there. */
function endOfTelegram(bytes: Buffer): number {
  const frame = findFrame(bytes);
  const textEnd = endOfText(frame === undefined ? bytes : bytes.subarray(0, frame.place));
  if (textEnd > 0) return textEnd;
  const frameEnd = frame === undefined ? Infinity : frame.place + frame.head.length;
  if (frameEnd <= bytes.length) return frameEnd;
  return bytes.length >= MAX_HELD_BYTES ? bytes.length : 0;
}

function endOfText(bytes: Buffer): number {
  const mark = bytes[0] === 0x21 ? 0 : bytes.indexOf('\n!');
  return mark < 0 ? 0 : bytes.indexOf('\n', mark + 1) + 1;
}

function explain(path: string, error: NodeJS.ErrnoException): Error {
  const remedies: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EACCES: 'may not be read by this user',
    EISDIR: 'is a folder, a capture was expected',
  };
  return new Error(`${path}: ${remedies[error.code ?? ''] ?? error.message}`, { cause: error });
}
