import { expect, test } from 'vitest';
import type { Log } from '../../../src/telemetry/log.ts';
import { StreamTeller } from '../../../src/telemetry/stream-teller.ts';

function telling() {
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(line);
  const log = { info: tell, warn: tell } as unknown as Log;
  const clock = { nowMs: 0 };
  return { lines, clock, teller: new StreamTeller(log, () => clock.nowMs) };
}

const MINUTE = 60_000;

test('the first client that is sent away for a reason is told by name, the others by number once an hour', () => {
  const { lines, clock, teller } = telling();
  for (let minute = 0; minute < 120; minute++) {
    teller.refused('192.0.2.1', 'network');
    if (minute === 5) teller.dropped('192.0.2.2', 'slow');
    clock.nowMs += MINUTE;
    teller.summarise();
  }
  expect(lines).toEqual([
    'stream: a client at 192.0.2.1 was refused: it is of no network in stream.allowCidrs',
    'stream: a client at 192.0.2.2 was dropped: it reads too slowly, 256 kB wait for it',
    'stream: 59 more clients refused: it is of no network in stream.allowCidrs',
    'stream: 60 more clients refused: it is of no network in stream.allowCidrs',
  ]);
  teller.dropped('192.0.2.3', 'slow');
  expect(lines.at(-1)).toContain('192.0.2.3');
});

test('an address that cannot be listened on is told once, until it can', () => {
  const { lines, teller } = telling();
  for (let n = 0; n < 3; n++) teller.unavailable('127.0.0.1:8023: why');
  teller.listening('127.0.0.1:8023');
  teller.unavailable('127.0.0.1:8023: why');
  expect(lines).toEqual([
    'stream: cannot listen on 127.0.0.1:8023: why; trying again until it works',
    'stream: listening on 127.0.0.1:8023',
    'stream: cannot listen on 127.0.0.1:8023: why; trying again until it works',
  ]);
});
