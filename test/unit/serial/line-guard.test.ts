import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { LineGuard, MAX_LINE_BYTES, QUIET_MS } from '../../../src/serial/line-guard.ts';

afterEach(() => vi.useRealTimers());

test('lines come with their line ends, the empty one too', async () => {
  expect(await through(['/ISK5\r', '\n\r\n1-0:1.8.1(0)\n!12', 'AB\r\n'])).toEqual([
    '/ISK5\r\n',
    '\r\n',
    '1-0:1.8.1(0)\n',
    '!12AB\r\n',
  ]);
});

test('whatever comes in comes out, byte for byte, in any chunks', async () => {
  // Small bytes make line ends likely; the long chunks go over the cap.
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(fc.constantFrom(10, 13, 33, 47, 255), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes)),
    fc.integer({ min: 4_000, max: 9_000 }).map((length) => new Uint8Array(length).fill(0x41)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), async (chunks) => {
      const lines = await through(chunks.map((bytes) => Buffer.from(bytes)));
      expect(Buffer.from(lines.join(''), 'latin1').equals(Buffer.concat(chunks))).toBe(true);
      expect(lines.every((line) => line.length > 0 && line.length <= MAX_LINE_BYTES)).toBe(true);
      expect(lines.every((line) => !line.slice(0, -1).includes('\n'))).toBe(true);
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('noise without a line end never piles up', async () => {
  const guard = new LineGuard();
  let bytes = 0;
  let held = 0;
  guard.on('data', (line: string) => (bytes += line.length));
  for (let sent = 0; sent < 4_000_000; sent += 64) {
    guard.write(Buffer.alloc(64, 0xff));
    held = Math.max(held, guard.buffer.length);
    if (sent % 64_000 === 0) await new Promise(setImmediate);
  }
  guard.end();
  await new Promise((ended) => guard.once('end', ended));
  expect(bytes).toBe(4_000_000);
  expect(held).toBeLessThan(MAX_LINE_BYTES);
});

test('the start of a line goes on after a short quiet, not before', async () => {
  vi.useFakeTimers();
  const guard = new LineGuard();
  const lines: string[] = [];
  guard.on('data', (line: string) => lines.push(line));
  guard.write('!12');
  await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
  guard.write('AB');
  await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
  expect(lines).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(lines).toEqual(['!12AB']);
  guard.write('\r\n');
  await vi.advanceTimersByTimeAsync(0);
  expect(lines).toEqual(['!12AB', '\r\n']);
  guard.destroy();
  expect(vi.getTimerCount()).toBe(0);
});

async function through(chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const guard = new LineGuard();
  for (const chunk of chunks) guard.write(chunk);
  guard.end();
  const lines: string[] = [];
  for await (const line of guard as AsyncIterable<string>) lines.push(line);
  return lines;
}
