import { kit } from '../../../src/settings/values.ts';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cutBehindTelegrams, file } from '../../../src/sources/file.ts';

const forever = new AbortController().signal;
const ONE = '/ISK5\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!ABCD\r\n';
const TWO = '/ISK5\r\n\r\n1-0:1.8.1(000002.000*kWh)\r\n!1234\r\n';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'p1-relay-capture-'))));
afterAll(() => rm(folder, { recursive: true }));

test('a capture is replayed to its last byte, whatever it holds', async () => {
  const path = join(folder, 'capture');
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff));
  await writeFile(path, bytes);
  for (const telegramsPerSecond of [0, 1e6]) {
    const source = file.create(file.settings(kit).parse({ path, telegramsPerSecond }));
    expect(source.ends).toBe(true);
    expect(Buffer.concat(await collect(source.open(forever))).equals(bytes)).toBe(true);
  }
});

test('- is standard input', async () => {
  const script = `
    import { file } from ${JSON.stringify(new URL('../../../src/sources/file.ts', import.meta.url).href)};
    const source = file.create({ path: '-', telegramsPerSecond: 0 });
    for await (const bytes of source.open(new AbortController().signal)) process.stdout.write(bytes);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  child.stdin.end(ONE + TWO);
  expect(Buffer.concat(await collect(child.stdout as AsyncIterable<Buffer>)).toString()).toBe(ONE + TWO);
});

test('at two telegrams a second, the second comes half a second after the first', async () => {
  const path = join(folder, 'two');
  await writeFile(path, ONE + TWO);
  const bytes = file
    .create(file.settings(kit).parse({ path, telegramsPerSecond: 2 }))
    .open(forever)
    [Symbol.asyncIterator]();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    expect(text(await next(bytes))).toBe(ONE);
    const second = vi.fn();
    const waiting = next(bytes).then((telegram) => second(text(telegram)) as unknown);
    await vi.advanceTimersByTimeAsync(499);
    expect(second).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(second).toHaveBeenCalledWith(TWO);
  } finally {
    vi.useRealTimers();
  }
});

test('a file that is not there is named', async () => {
  const path = join(folder, 'nothing');
  const source = file.create(file.settings(kit).parse({ path }));
  await expect(collect(source.open(forever))).rejects.toThrow(`${path}: no such file`);
});

test('bytes are cut behind telegrams, and none is lost or added', async () => {
  const part = fc.constantFrom(ONE, TWO, '!', '\n!', '\r\n', '/', 'noise', '\u0000', 'x'.repeat(9_000));
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 30 }), fc.integer({ min: 1, max: 500 }), async (parts, size) => {
      const bytes = Buffer.from(parts.join(''), 'latin1');
      const pieces = await collect(cutBehindTelegrams(inChunks(bytes, size)));
      expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      expect(pieces.every((piece) => piece.length > 0 && piece.length <= 16_384 + size)).toBe(true);
    }),
    { seed: 2, numRuns: 100 },
  );
});

test('a telegram is one piece, with the noise before it', async () => {
  const pieces = await collect(cutBehindTelegrams(inChunks(Buffer.from(`tail!12\r\n${ONE}${TWO}/IS`), 7)));
  expect(pieces.map(text)).toEqual([`tail!12\r\n${ONE}`, TWO, '/IS']);
});

test('an encrypted frame is one piece, whatever line ends are in it', async () => {
  // 1 of security, 4 of its counter, 8 encrypted, 12 of its tag: 25 bytes.
  const frame = '\xdb\x08SAG12345\x19\x30\x00\x00\x00\x07ab\n!12\ncTAG-TAGS\n!\xdb\x08';
  const pieces = await collect(
    cutBehindTelegrams(inChunks(Buffer.from(`no${frame}${frame}${ONE}${frame}`, 'latin1'), 5)),
  );
  expect(pieces.map(text)).toEqual([`no${frame}`, frame, ONE, frame]);
});

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function next(bytes: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const result = await bytes.next();
  return result.done ? undefined : result.value;
}

function text(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('latin1');
}
