import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OfficeLine } from '../../../../src/web/office/line.ts';
import type { FromWeb } from '../../../../src/web/office/table.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A line, and what is asked over it. */
function open(): { line: OfficeLine; asked: { id: number; op: string }[] } {
  const asked: { id: number; op: string }[] = [];
  const line = new OfficeLine((message: FromWeb) => 'id' in message && asked.push(message));
  return { line, asked };
}

test('a main thread that does not answer within 1.5 s is told of as one in trouble', async () => {
  const { line } = open();
  const health = expect(line.ask('health', {})).rejects.toThrow('the service does not answer at the moment');
  await vi.advanceTimersByTimeAsync(1_500);
  await health;
});

test('a post may wait 15 s for the card, and what is told behind that goes to nobody', async () => {
  const { line, asked } = open();
  const bytes = new Uint8Array(1);
  const kept = line.ask('postTelegram', { bytes, sender: '0000e5e5' });
  await vi.advanceTimersByTimeAsync(14_900);
  line.hear({ id: asked[0]!.id, answer: { how: 'kept', seq: 7 } });
  expect(await kept).toEqual({ how: 'kept', seq: 7 });

  const late = expect(line.ask('postTelegram', { bytes, sender: '0000e5e5' })).rejects.toMatchObject({
    kind: 'store-unavailable',
  });
  await vi.advanceTimersByTimeAsync(15_000);
  await late;
  line.hear({ id: asked[1]!.id, answer: { how: 'kept', seq: 8 } });
});

test('questions to the journal go one at a time, also behind one that failed; others do not wait for them', async () => {
  const { line, asked } = open();
  const first = line.ask('journal', {}).catch(() => 'failed');
  const second = line.ask('journal', {});
  void line.ask('denied', { after: 0 }).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map(({ op }) => op)).toEqual(['denied', 'journal']);
  line.hear({ id: asked[1]!.id, error: 'not open yet' });
  expect(await first).toBe('failed');
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.map(({ op }) => op)).toEqual(['denied', 'journal', 'journal']);
  line.hear({ id: asked[2]!.id, answer: { head: 3 } });
  expect(await second).toEqual({ head: 3 });
});

test('more questions than 64 at a time are sent away', async () => {
  const { line } = open();
  for (let n = 0; n < 64; n++) void line.ask('health', {}).catch(() => undefined);
  await expect(line.ask('health', {})).rejects.toThrow('too many questions wait already');
  await vi.advanceTimersByTimeAsync(1_500);
  void line.ask('health', {}).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1_500);
});
