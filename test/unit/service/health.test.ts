import { describe, expect, test } from 'vitest';
import type { OutboxStatus } from '../../../src/outbox/status.ts';
import { health, type HealthFacts } from '../../../src/service/health.ts';
import type { SourceTally } from '../../../src/telemetry/tally.ts';

const now = new Date('2026-07-01T12:00:00Z');
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1_000);

const source: SourceTally = {
  name: 'meter',
  connected: true,
  ended: false,
  trouble: undefined,
  foundOn: undefined,
  accepted: 600,
  repaired: 0,
  rejected: {},
  unverified: 0,
  replayed: 0,
  takesPosts: false,
  repeated: 0,
  lost: 0,
  bytes: 0,
  noiseBytes: 0,
  connections: 1,
  lastAcceptedAt: ago(1),
};
const endpoint: OutboxStatus = {
  name: 'home',
  delivery: 'stored',
  state: 'idle',
  since: ago(600),
  reason: undefined,
  remedy: undefined,
  waiting: 0,
  delivered: 600,
  thinned: 0,
  refused: 0,
  dropped: 0,
  possiblyTwice: 0,
  possiblyLost: 0,
  found: 0,
  aside: 0,
  counts: {},
  retries: 0,
  lastTakenAt: ago(1),
  drainedInMs: 0,
};
const well: HealthFacts = {
  sources: [source],
  endpoints: [endpoint],
  unaccepted: 0,
  droppedBefore: new Map([['home', 0]]),
  skewsMs: new Map(),
  isClockSet: true,
  journalTrouble: undefined,
  stream: undefined,
  startedAt: ago(600),
  now,
};

describe('health', () => {
  test('says when a backlog will be gone, or that it does not shrink', () => {
    const line = (drainedInMs: number | undefined): string =>
      health({ ...well, endpoints: [{ ...endpoint, waiting: 720, drainedInMs }] }).line;
    expect(line(36_000)).toBe('600 telegrams accepted; waiting: home 720 (gone in about 36 s)');
    expect(line(undefined)).toBe('600 telegrams accepted; waiting: home 720 (not shrinking)');
  });

  test('does not wait for more of a capture that was read to its end', () => {
    expect(health({ ...well, sources: [{ ...source, ended: true, lastAcceptedAt: ago(3_600) }] }).status).toBe('pass');
  });

  test('does not warn for ever of what was dropped before this start, or is set aside', () => {
    const endpoints = [{ ...endpoint, dropped: 100, refused: 2, aside: 2 }];
    expect(health({ ...well, endpoints, droppedBefore: new Map([['home', 100]]) }).status).toBe('pass');
  });

  test('tells where a meter was found by listening, as a note', () => {
    const sources = [
      { ...source, foundOn: '/dev/ttyUSB1 at 9600 baud' },
      { ...source, name: 'barn' },
    ];
    expect(health({ ...well, sources })).toMatchObject({
      status: 'pass',
      notes: ['source meter: found on /dev/ttyUSB1 at 9600 baud'],
    });
  });

  test("tells of a meter's clock that is off, as a note", () => {
    const day = 86_400_000;
    const skewsMs = new Map([
      ['meter', 364 * day],
      ['barn', -3 * day],
      ['shed', 60_000],
    ]);
    expect(health({ ...well, skewsMs })).toMatchObject({
      status: 'pass',
      problems: [],
      notes: ['source meter: its clock is 364 days ahead of ours', 'source barn: its clock is 3 days behind ours'],
    });
  });

  test('does not blame a meter while the clock of this machine is not set', () => {
    const notes = ["this machine's clock is not known to be set yet; `timedatectl` shows more"];
    const skewsMs = new Map([['meter', 20_000 * 86_400_000]]);
    expect(health({ ...well, isClockSet: false, skewsMs })).toMatchObject({ status: 'pass', problems: [], notes });
  });

  test('passes while telegrams come and go', () => {
    expect(health(well)).toMatchObject({
      status: 'pass',
      problems: [],
      line: '600 telegrams accepted; waiting: home 0',
      pid: process.pid,
    });
  });

  test('says of each part how it stands, and what was seen of it', () => {
    const facts = {
      ...well,
      sources: [{ ...source, lastAcceptedAt: ago(120) }],
      endpoints: [{ ...endpoint, waiting: 7 }],
      unaccepted: 3,
    };
    expect(health(facts).checks).toEqual([
      {
        ...{ part: 'source', name: 'meter', status: 'fail', observed: 120, unit: 's' },
        problems: ['source meter: no telegram for 2 min'],
      },
      { part: 'endpoint', name: 'home', status: 'pass', observed: 7, unit: 'telegrams', problems: [] },
      { part: 'journal', name: '', status: 'pass', observed: 3, unit: 'telegrams', problems: [] },
    ]);
  });

  test.each<[string, Partial<HealthFacts>, 'warn' | 'fail', string]>([
    [
      'a cable that was pulled a moment ago',
      { sources: [{ ...source, trouble: '/dev/ttyUSB0 is gone' }] },
      'warn',
      'source meter: /dev/ttyUSB0 is gone',
    ],
    [
      'a meter that has been silent for two minutes',
      { sources: [{ ...source, lastAcceptedAt: ago(120) }] },
      'fail',
      'source meter: no telegram for 2 min',
    ],
    [
      'no telegram ever since the start',
      { sources: [{ ...source, lastAcceptedAt: undefined, trouble: 'not opened yet' }] },
      'fail',
      'source meter: no telegram for 10 min: not opened yet',
    ],
    [
      'an endpoint with a wrong key',
      {
        endpoints: [
          { ...endpoint, state: 'paused', reason: '403', remedy: 'set key', waiting: 5, drainedInMs: undefined },
        ],
      },
      'warn',
      'endpoint home: paused: 403; set key (5 telegrams waiting)',
    ],
    [
      'something odd at an endpoint that works',
      { endpoints: [{ ...endpoint, state: 'delivering', reason: 'somebody else publishes there: set prefix' }] },
      'warn',
      'endpoint home: note: somebody else publishes there: set prefix',
    ],
    [
      'a backlog that shrinks',
      { endpoints: [{ ...endpoint, state: 'later', reason: 'busy', waiting: 720, drainedInMs: 36_000 }] },
      'warn',
      'endpoint home: later: busy (720 telegrams waiting)',
    ],
    [
      'letters dropped for room',
      { endpoints: [{ ...endpoint, dropped: 100 }], droppedBefore: new Map([['home', 70]]) },
      'warn',
      'endpoint home: 30 telegrams dropped since the start (100 in all): the journal was full',
    ],
    [
      'telegrams lost for want of a disk',
      { sources: [{ ...source, lost: 7 }] },
      'fail',
      'source meter: 7 telegrams lost since the start: the disk took none',
    ],
    [
      'dead letters',
      { endpoints: [{ ...endpoint, refused: 3, aside: 1 }] },
      'warn',
      'endpoint home: 2 dead letters kept: `p1-relay outbox dead` says why; retry or drop them',
    ],
    [
      'a repair',
      { unaccepted: 5, journalTrouble: 'damaged, and being repaired (37 %)' },
      'warn',
      'journal: damaged, and being repaired (37 %); 5 telegrams wait in memory',
    ],
    ['a disk that takes none', { unaccepted: 100 }, 'warn', 'journal: 100 telegrams wait in memory for the disk'],
  ])('tells of %s', (_, facts, status, problem) => {
    expect(health({ ...well, ...facts })).toMatchObject({ status, problems: [problem] });
  });
});

test('who reads the stream is counted, and one that cannot listen needs a look', () => {
  const client = { id: 1, address: '192.0.2.1', since: now, idleMs: 0, telegrams: 5 };
  const open = health({ ...well, stream: { clients: [client], trouble: undefined } });
  expect(open.status).toBe('pass');
  expect(open.checks.at(-1)).toEqual({
    ...{ part: 'stream', name: '', status: 'pass', observed: 1, unit: 'clients', problems: [] },
  });
  const shut = health({ ...well, stream: { clients: [], trouble: 'cannot listen on 127.0.0.1:8023: why' } });
  expect([shut.status, shut.problems]).toEqual(['warn', ['stream: cannot listen on 127.0.0.1:8023: why']]);
});
