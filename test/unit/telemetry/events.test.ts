import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { OutboxState, OutboxStatus } from '../../../src/outbox/status.ts';
import { NoTelegram } from '../../../src/sources/no-telegram.ts';
import { Events } from '../../../src/telemetry/events.ts';
import { createLog } from '../../../src/telemetry/log.ts';

let lines: string[];
let events: Events;

beforeEach(() => {
  lines = [];
  const write = (line: string): void => void lines.push(line.replace(/^\S+ /, '').trim());
  events = new Events(createLog({ level: 'info', secrets: [], env: {}, write }));
});

function status(state: OutboxState, more: Partial<OutboxStatus> = {}): OutboxStatus {
  const counts = {
    waiting: 3,
    delivered: 9,
    thinned: 0,
    refused: 0,
    dropped: 0,
    possiblyTwice: 0,
    possiblyLost: 0,
    found: 0,
    aside: 0,
    retries: 0,
    counts: {},
  };
  const why = { reason: undefined, remedy: undefined, lastTakenAt: undefined, drainedInMs: undefined };
  return { name: 'home', delivery: 'stored', state, since: new Date(), ...counts, ...why, ...more };
}

describe('a source', () => {
  test('that is lost for the same reason again and again is one line, and one when it reads again', () => {
    const connection = events.connection('meter');
    connection.opened();
    for (let i = 0; i < 50; i++) connection.lost(new Error('/dev/ttyUSB0 is gone'), 1_000);
    connection.opened();
    expect(lines).toEqual([
      'INFO  source meter: reading',
      'WARN  source meter: /dev/ttyUSB0 is gone; trying again until it works',
      'INFO  source meter: reading',
    ]);
    expect(events.tally.source('meter')).toMatchObject({ connected: true, trouble: undefined, connections: 2 });
  });

  test('that loses its connection behind each telegram is a few lines, then one an hour, until it holds for an hour', () => {
    vi.useFakeTimers();
    const connection = events.connection('meter');
    connection.opened();
    lines.length = 0;
    const loseEachTenSeconds = (seconds: number): void => {
      for (let at = 0; at < seconds; at += 10) {
        vi.advanceTimersByTime(10_000);
        connection.lost(new Error('the other side closed the connection'), 1_000);
        connection.opened();
      }
    };
    loseEachTenSeconds(3_600);
    const lost = 'WARN  source meter: the other side closed the connection; trying again until it works';
    const reading = 'INFO  source meter: reading';
    const lostTimes = (times: number): string =>
      `WARN  source meter: the connection was lost ${times} times, the last time: the other side closed the connection; it is opened again each time`;
    expect(lines).toEqual([lost, reading, lost, reading, lost, reading, lostTimes(4)]);
    lines.length = 0;
    loseEachTenSeconds(100);
    expect(lines).toEqual([lostTimes(365)]);
    lines.length = 0;
    vi.advanceTimersByTime(3_601_000);
    loseEachTenSeconds(10);
    expect(lines).toEqual([lost, reading]);
    vi.useRealTimers();
  });

  test('whose port was found by listening says where, once, and again where it is another', () => {
    const connection = events.connection('meter');
    connection.opened('/dev/ttyUSB0 at 9600 baud');
    connection.opened('/dev/ttyUSB0 at 9600 baud');
    connection.opened('/dev/ttyUSB1 at 9600 baud');
    expect(lines).toEqual([
      'INFO  source meter: found on /dev/ttyUSB0 at 9600 baud',
      'INFO  source meter: reading',
      'INFO  source meter: found on /dev/ttyUSB1 at 9600 baud',
    ]);
    expect(events.tally.source('meter').foundOn).toBe('/dev/ttyUSB1 at 9600 baud');
  });

  test('that falls silent says what to look at', () => {
    events.connection('meter').silent(15_000, 1_000);
    expect(lines[0]).toContain('source meter: not a byte for 15 s: check the cable');
  });

  test('that falls silent behind another service says so, once', () => {
    const connection = events.connection('meter');
    for (const retryInMs of [1_000, 2_000]) connection.silent(35_000, retryInMs, 'its meter is silent');
    expect(lines).toEqual([
      'WARN  source meter: no new telegram for 35 s: its meter is silent; trying again until it works',
    ]);
  });
});

describe('a source that gives bytes but no telegram', () => {
  beforeEach(() => {
    events.connection('meter').opened();
    lines.length = 0;
  });

  test('is one line with what to look at, however often it is opened anew, and one when a telegram comes', () => {
    const connection = events.connection('meter');
    for (let minute = 0; minute < 9; minute++) {
      connection.lost(new NoTelegram('what comes looks like noise; try another speed'), 1_000);
      connection.opened();
    }
    expect(events.tally.source('meter').trouble).toBe('what comes looks like noise; try another speed');
    acceptOne();
    expect(lines).toEqual([
      'WARN  source meter: no telegram: what comes looks like noise; try another speed',
      'INFO  source meter: reading',
    ]);
    expect(events.tally.source('meter').trouble).toBeUndefined();
  });

  test('is told again when it was well in between, and when the cable was pulled', () => {
    const connection = events.connection('meter');
    const deaf = (): void => connection.lost(new NoTelegram('noise; try another speed'), 1_000);
    deaf();
    connection.opened();
    acceptOne();
    deaf();
    connection.lost(new Error('no such port'), 1_000);
    connection.opened();
    deaf();
    expect(lines).toEqual([
      'WARN  source meter: no telegram: noise; try another speed',
      'INFO  source meter: reading',
      'WARN  source meter: no telegram: noise; try another speed',
      'WARN  source meter: no such port; trying again until it works',
      'INFO  source meter: reading',
      'WARN  source meter: no telegram: noise; try another speed',
    ]);
  });

  test('may look like something else later: health says so, the log is not written to', () => {
    events.noTelegram('meter', 'noise; try another speed');
    events.noTelegram('meter', 'a line that is stuck low; pull the cable');
    expect(lines).toEqual(['WARN  source meter: no telegram: noise; try another speed']);
    expect(events.tally.source('meter').trouble).toBe('a line that is stuck low; pull the cable');
  });

  function acceptOne(): void {
    const telegram = { source: 'meter', receivedAt: new Date(), raw: Buffer.from('/x'), checksum: 'valid' } as const;
    const nothing = { accepted: () => undefined, letGo: () => undefined, failed: () => undefined };
    events.journal(nothing).accepted([{ seq: 1, telegram }]);
  }
});

describe('rejections', () => {
  const raw = Buffer.from('/x');

  test('are one summary with the reasons and a hint, however many there are', () => {
    for (let i = 0; i < 40; i++) events.rejected('meter', { reason: 'checksum', raw });
    for (let i = 0; i < 2; i++) events.rejected('meter', { reason: 'truncated', raw });
    expect(lines).toEqual([]);
    events.summarise();
    events.summarise();
    expect(lines).toEqual([
      'WARN  source meter: rejected 42 telegrams since the last summary (checksum 40, truncated 2); often a long or bad cable, a weak pull-up or interference',
    ]);
    expect(events.tally.source('meter').rejected).toEqual({ checksum: 40, truncated: 2 });
  });

  test('for want of a CRC16, twenty in a row, are a line of their own, once', () => {
    events.connection('meter').opened();
    lines.length = 0;
    const bare = (times: number): void => {
      for (let i = 0; i < times; i++) events.rejected('meter', { reason: 'checksum-missing', raw });
    };
    bare(19);
    events.rejected('meter', { reason: 'checksum', raw });
    bare(19);
    expect(lines).toEqual([]);
    bare(50);
    expect(lines).toEqual([
      'WARN  source meter: 20 telegrams in a row end in a bare !; this meter may print no CRC16: then set checksum: absent',
    ]);
  });

  test('keep the newest sixteen with their bytes for a diagnosis', () => {
    for (let i = 0; i < 100; i++) events.rejected('meter', { reason: 'checksum', raw: Buffer.from(`/${i}`) });
    expect(events.rejections.kept).toHaveLength(16);
    expect(events.rejections.kept.at(-1)).toMatchObject({
      source: 'meter',
      reason: 'checksum',
      raw: Buffer.from('/99'),
    });
  });
});

describe('a meter that encrypts', () => {
  const raw = Buffer.from([0xdb, 0x08]);
  const rejectThree = (reason: 'encrypted' | 'decryption'): void => {
    for (let i = 0; i < 3; i++) events.rejected('meter', { reason, raw });
  };
  const accept = (): void => {
    const telegram = { source: 'meter', receivedAt: new Date(), raw, checksum: 'valid' } as const;
    const nothing = { accepted: () => undefined, letGo: () => undefined, failed: () => undefined };
    events.journal(nothing).accepted([{ seq: 1, telegram }]);
  };
  beforeEach(() => {
    events.connection('meter').opened();
    lines.length = 0;
  });

  test('and whose key is missing is one line with the remedy, which health tells too', () => {
    rejectThree('encrypted');
    rejectThree('encrypted');
    const said =
      'its telegrams are encrypted; set key of this source to the one that the grid operator gives out for this meter';
    expect(lines).toEqual([`WARN  source meter: ${said}`]);
    expect(events.tally.source('meter')).toMatchObject({ trouble: said, rejected: { encrypted: 6 } });
    accept();
    expect(lines.slice(1)).toEqual(['INFO  source meter: reading']);
  });

  test('is said to encrypt once, however often its connection is made anew', () => {
    const connection = events.connection('meter');
    rejectThree('encrypted');
    for (let i = 0; i < 3; i++) {
      connection.lost(new Error('no such port'), 1_000);
      connection.opened();
      rejectThree('encrypted');
    }
    const said =
      'its telegrams are encrypted; set key of this source to the one that the grid operator gives out for this meter';
    expect(lines.filter((line) => line.startsWith('WARN') && line.includes('encrypted'))).toHaveLength(1);
    expect(lines.slice(0, 3)).toEqual([
      `WARN  source meter: ${said}`,
      'WARN  source meter: no such port; trying again until it works',
      `INFO  source meter: reading, but ${said}`,
    ]);
    expect(events.tally.source('meter').trouble).toBe(said);
    accept();
    rejectThree('encrypted');
    expect(lines.slice(-2)).toEqual(['INFO  source meter: reading', `WARN  source meter: ${said}`]);
  });

  test('and whose key is wrong is one line, but a frame that was damaged now and then is none', () => {
    for (let i = 0; i < 9; i++) {
      events.rejected('meter', { reason: 'decryption', raw });
      events.rejected('meter', { reason: i % 2 === 0 ? 'decryption' : 'truncated', raw });
      accept();
    }
    expect(lines).toEqual([]);
    rejectThree('decryption');
    expect(lines).toEqual([
      'WARN  source meter: its telegrams cannot be decrypted; key or authenticationKey is not that of this meter, or bytes were changed on the way',
    ]);
  });

  const frame = { tag: 'verified', counter: 7, isReplayed: false } as const;

  test('and whose tag does not fit is counted, and said when that begins', () => {
    for (let i = 0; i < 4; i++) events.decrypted('meter', { ...frame, tag: i === 0 ? 'verified' : 'unverified' });
    expect(lines).toEqual([
      'WARN  source meter: telegrams are taken whose tag does not fit (tag: optional): authenticationKey may not be that of this meter',
    ]);
    expect(events.tally.source('meter')).toMatchObject({ unverified: 3, replayed: 0 });
  });

  test('and whose frames come again is counted, and said when that begins', () => {
    for (let i = 0; i < 4; i++) events.decrypted('meter', { ...frame, isReplayed: i > 0 });
    expect(lines).toEqual([
      'WARN  source meter: its frame counter does not grow: frames come again, or the meter has a new key; its telegrams are taken',
    ]);
    expect(events.tally.source('meter')).toMatchObject({ unverified: 0, replayed: 3 });
  });

  test('is well while its frames are', () => {
    for (let counter = 1; counter < 100; counter++) events.decrypted('meter', { ...frame, counter });
    expect(lines).toEqual([]);
  });
});

describe('an endpoint', () => {
  const before = (state: OutboxState) => ({ state, lastedMs: 720_000 });

  test('that is mis-set is an error with its remedy', () => {
    events.outbox.changed(
      status('paused', { reason: '403 Invalid auth key', remedy: 'put the right key' }),
      before('idle'),
    );
    expect(lines).toEqual([
      'ERROR endpoint home: paused: 403 Invalid auth key; put the right key; 3 telegrams waiting',
    ]);
  });

  test('that comes back says after how long and how much waits', () => {
    events.outbox.changed(status('delivering', { waiting: 720 }), before('later'));
    expect(lines).toEqual(['INFO  endpoint home: back after 12 min; 720 telegrams waiting']);
  });

  test('that delivers and idles in turn is not worth a line', () => {
    for (let i = 0; i < 9; i++) {
      events.outbox.changed(status('delivering'), before('idle'));
      events.outbox.changed(status('idle'), before('delivering'));
    }
    expect(lines).toEqual([]);
  });

  test('that refuses a thousand letters is one summary with the newest reason', () => {
    for (let i = 0; i < 1_000; i++) events.outbox.refused('home', `no ${i}`);
    events.summarise();
    expect(lines).toEqual([
      'WARN  endpoint home: refused 1000 telegrams for good, kept as dead letters; the newest: no 999',
    ]);
  });
});

test('what may be why no telegram comes is told to the history, each by its cause', () => {
  const told: string[] = [];
  events.history.noTelegram = (source, cause) => void told.push(`${source} ${cause}`);
  const connection = events.connection('meter');
  connection.lost(new Error('/dev/ttyUSB0 is gone'), 1_000);
  connection.lost(new NoTelegram('noise; try another speed'), 1_000);
  connection.silent(15_000, 1_000);
  events.rejected('meter', { reason: 'checksum', raw: Buffer.from('/ISK5') });
  events.journal({ accepted: () => undefined, letGo: () => undefined, failed: () => undefined }).lost(1, 'meter');
  expect(told).toEqual(['meter port', 'meter silent', 'meter silent', 'meter checksum', 'meter disk']);
});
