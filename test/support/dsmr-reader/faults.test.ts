import { describe, expect, onTestFinished, test } from 'vitest';
import { faults, startDsmrReader, type DsmrReader, type Fault } from '../dsmr-reader.ts';
import { until } from '../service.ts';

const KEY = 'a-key';
const READING = {
  timestamp: '2026-01-15T11:00:00Z',
  electricity_delivered_1: '671.578',
  electricity_returned_1: '0.000',
  electricity_delivered_2: '842.472',
  electricity_returned_2: '0.000',
  electricity_currently_delivered: '0.333',
  electricity_currently_returned: '0.000',
};

async function listen(fault: Fault): Promise<DsmrReader> {
  const reader = await startDsmrReader({ key: KEY });
  reader.fault = fault;
  onTestFinished(() => reader.stop());
  return reader;
}

/** What the client gets for a posted reading: a status, or `none` where no answer came within the time. */
async function post({ url }: DsmrReader, timeoutMs = 10_000): Promise<number | 'none'> {
  const request = fetch(`${url}/api/v2/datalogger/dsmrreading`, {
    method: 'POST',
    headers: { 'x-authkey': KEY, 'content-type': 'application/json' },
    body: JSON.stringify(READING),
    signal: AbortSignal.timeout(timeoutMs),
  });
  return request.then(
    ({ status }) => status,
    () => 'none' as const,
  );
}

async function listed({ url }: DsmrReader): Promise<number> {
  const response = await fetch(`${url}/api/v2/datalogger/dsmrreading`, { headers: { 'x-authkey': KEY } });
  return ((await response.json()) as { count: number }).count;
}

describe('the answer is another one than the store knows:', () => {
  test.each<[string, Fault, number | 'none', number]>([
    ['reset after storing', faults.reset({ stored: true }), 'none', 1],
    ['reset after the body was read, before storing', faults.reset(), 'none', 0],
    ['502 after storing', faults.status(502, { stored: true }), 502, 1],
    ['502 without storing', faults.status(502), 502, 0],
    ['504 after storing', faults.status(504, { stored: true }), 504, 1],
    ['504 without storing', faults.status(504), 504, 0],
    ['an exception after storing', faults.exception('DataError', 'too long', { stored: true }), 500, 1],
    ['an exception without storing', faults.exception('OperationalError', 'gone'), 500, 0],
  ])('%s', async (_, fault, answer, stored) => {
    const reader = await listen(fault);
    expect(await post(reader)).toBe(answer);
    expect(reader.rows).toHaveLength(stored);
  });

  test('a time-out after storing', async () => {
    const reader = await listen(faults.hang({ stored: true }));
    expect(await post(reader, 300)).toBe('none');
    expect(reader.rows).toHaveLength(1);
  });
});

describe('two workers: the row is stored when the client has left,', () => {
  test.each<[string, 'none' | '504', number | 'none']>([
    ['which got no answer', 'none', 'none'],
    ['which got 504 from the front end', '504', 504],
  ])('%s', async (_, answer, got) => {
    const reader = await listen(faults.onlyFor('posts', faults.storedLate(1_000, answer)));
    expect(await post(reader, 200)).toBe(got);
    expect(await listed(reader)).toBe(0);
    await until(async () => (await listed(reader)) === 1, 5_000);
  });

  test('and a later request may be stored before it', async () => {
    const reader = await listen(faults.storedLate(500, '504'));
    await post(reader);
    reader.fault = undefined;
    await post(reader);
    await until(() => reader.rows.length === 2, 5_000);
    expect(reader.rows.map(({ request }) => request)).toEqual([2, 1]);
  });
});

test('shares of a hundred: each fault strikes as often as was said, and the same seed strikes the same requests', () => {
  const struck = (seed: number): string[] => {
    const names: string[] = [];
    const note = (name: string): [number, Fault] => [name === 'a' ? 10 : 5, () => void names.push(name)];
    const fault = faults.mix(seed, [note('a'), note('b')]);
    const exchange = { handle: () => undefined, send: () => names.push('none') } as unknown as Parameters<Fault>[0];
    for (let request = 0; request < 2_000; request++) void fault(exchange);
    return names;
  };
  const names = struck(7);
  expect(names.filter((name) => name === 'a').length / 20).toBeCloseTo(10, -0.5);
  expect(names.filter((name) => name === 'b').length / 20).toBeCloseTo(5, -0.5);
  expect(struck(7)).toEqual(names);
  expect(struck(8)).not.toEqual(names);
});
