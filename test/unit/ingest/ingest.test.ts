import { beforeEach, describe, expect, test } from 'vitest';
import { Ingest } from '../../../src/ingest/ingest.ts';
import { isPosted, readPosted } from '../../../src/reading/posted.ts';
import { History } from '../../../src/telegram/history.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';
import type { ChecksumMode } from '../../../src/telegram/verdict.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const OBJECTS = ['1-3:0.2.8(50)', '0-0:1.0.0(260701140000S)', '1-0:1.8.1(000671.578*kWh)'];
const print = (n: number): Buffer => buildTelegram('/ISK5\\2M550T-1012', [...OBJECTS, `0-0:96.7.21(${n})`]);
const POSTED = { timestamp: '2026-07-01T14:00:00+02:00', electricity_delivered_1: '671.578' };

/** Id of the key of whoever posts. */
const ESP = '0000e5e5';

/** What the journal was given, and how to answer for it. */
let kept: { telegram: Telegram; resolve: (seq: number) => void; reject: (error: Error) => void }[];
let told: string[];

function start(checksum: ChecksumMode = 'auto'): Ingest {
  const ingest = new Ingest({
    source: 'esp',
    checksum,
    history: new History(),
    ownKeys: ['0000beef'],
    journal: {
      keep: async (telegram) => new Promise((resolve, reject) => kept.push({ telegram, resolve, reject })),
    },
    events: {
      rejected: (source, { reason, raw }) => told.push(`${source}: rejected ${raw.length} bytes: ${reason}`),
      repeated: (source) => told.push(`${source}: repeated`),
      looped: (source, from) => told.push(`${source}: looped from ${from}`),
    },
  });
  ingest.begin();
  return ingest;
}

beforeEach(() => {
  [kept, told] = [[], []];
});

describe('a telegram that is posted', () => {
  test('is taken once the journal has it on the card, under its number', async () => {
    const fate = start().telegram(print(1), ESP, new Date(5_000));
    expect(await Promise.race([fate, Promise.resolve('not yet')])).toBe('not yet');
    kept[0]?.resolve(7);
    expect(await fate).toEqual({ how: 'kept', seq: 7 });
    expect(kept.map(({ telegram }) => telegram)).toEqual([
      { source: 'esp', receivedAt: new Date(5_000), raw: print(1), checksum: 'valid' },
    ]);
  });

  test.each([
    ['with a wrong CRC16', Buffer.from(print(1).toString().replace('671', '672')), 'checksum'],
    ['with something before it', Buffer.concat([Buffer.from('x'), print(1)]), 'truncated'],
    ['with something behind it', Buffer.concat([print(1), Buffer.from('x')]), 'truncated'],
    ['with a second one', Buffer.concat([print(1), print(2)]), 'truncated'],
    ['that was cut short', print(1).subarray(0, 60), 'truncated'],
    ['that is none', Buffer.from('hello'), 'truncated'],
    ['of no byte', Buffer.alloc(0), 'truncated'],
    [
      'without the CRC16 that a meter of its version prints',
      Buffer.from(print(1).toString().replace(/!.*/, '!')),
      'checksum-missing',
    ],
  ])('%s is rejected, and counted', async (_, bytes, reason) => {
    expect(await start().telegram(bytes, ESP)).toEqual({ how: 'rejected', reason });
    expect([kept, told]).toEqual([[], [`esp: rejected ${bytes.length} bytes: ${reason}`]]);
  });

  test('of an old meter passes the gate, until one came with a CRC16', async () => {
    const [old, later] = [fixture('derived/synth-dsmr22.txt'), fixture('nl-dsmr-3.0.txt')];
    const ingest = start();
    void ingest.telegram(old, ESP);
    expect(kept.map(({ telegram }) => telegram.checksum)).toEqual(['absent']);
    void ingest.telegram(print(1), ESP);
    expect(await ingest.telegram(later, ESP)).toEqual({ how: 'rejected', reason: 'checksum-missing' });
  });

  test('again is not taken a second time: neither while the first is on its way, nor behind it, nor with other line ends', async () => {
    const ingest = start();
    const fates = [ingest.telegram(print(1), ESP), ingest.telegram(print(1), ESP)];
    kept[0]?.resolve(7);
    expect(await Promise.all(fates)).toEqual(Array(2).fill({ how: 'kept', seq: 7 }));
    expect(await ingest.telegram(Buffer.concat([print(1), Buffer.from('\r\n\r\n')]), ESP)).toEqual({
      how: 'kept',
      seq: 7,
    });
    expect(kept).toHaveLength(1);
    expect(told).toEqual(['esp: repeated', 'esp: repeated']);
  });

  test('that the journal could not keep may come again', async () => {
    const ingest = start();
    const lost = ingest.telegram(print(1), ESP);
    kept[0]?.reject(new Error('the disk took nothing, and memory is full'));
    await expect(lost).rejects.toThrow('the disk took nothing');
    const again = ingest.telegram(print(1), ESP);
    kept[1]?.resolve(8);
    expect(await again).toEqual({ how: 'kept', seq: 8 });
  });

  test('that the journal held at the start is here already; one of another source comes back, and is refused', async () => {
    const ingest = start();
    const of = (source: string, n: number): Telegram => {
      return { source, receivedAt: new Date(), raw: print(n), checksum: 'valid' };
    };
    ingest.saw([
      { seq: 3, telegram: of('esp', 1) },
      { seq: 4, telegram: of('cable', 2) },
    ]);
    expect(await ingest.telegram(print(1), ESP)).toEqual({ how: 'kept', seq: 3 });
    expect(await ingest.telegram(print(2), ESP)).toEqual({ how: 'loop', source: 'cable' });
    expect(kept).toEqual([]);
    expect(told).toEqual(['esp: repeated', 'esp: looped from cable']);
  });

  test('is not taken before what the journal holds is known', async () => {
    const options = { source: 'esp', checksum: 'auto', history: undefined, ownKeys: [] } as const;
    const keep = async (): Promise<number> => Promise.resolve(1);
    const events = { rejected: () => undefined, repeated: () => undefined, looped: () => undefined };
    const early = new Ingest({ ...options, journal: { keep }, events });
    await expect(early.telegram(print(1), ESP)).rejects.toThrow('the journal is not open yet');
    early.begin();
    expect(await early.telegram(print(1), ESP)).toEqual({ how: 'kept', seq: 1 });
  });
});

test('a reading that is posted by its values is kept as it came, and once', async () => {
  const ingest = start();
  const fates = [ingest.reading(POSTED, ESP), ingest.reading({ ...POSTED }, ESP)];
  kept[0]?.resolve(9);
  expect(await Promise.all(fates)).toEqual(Array(2).fill({ how: 'kept', seq: 9 }));
  expect(kept).toHaveLength(1);
  const { raw = Buffer.alloc(0), checksum } = kept[0]?.telegram ?? {};
  expect([isPosted(raw), readPosted(raw), checksum]).toEqual([true, POSTED, 'absent']);
});

describe('a telegram that comes back', () => {
  test('by another sender than it came from is refused, and one of its own sender is not', async () => {
    const ingest = start();
    const fate = ingest.telegram(print(1), ESP);
    kept[0]?.resolve(7);
    await fate;
    ingest.saw([{ seq: 7, telegram: kept[0]!.telegram }]);
    expect(await ingest.telegram(print(1), '0000abcd')).toEqual({ how: 'loop', source: 'esp' });
    expect(await ingest.telegram(print(1), ESP)).toEqual({ how: 'kept', seq: 7 });
    expect(kept).toHaveLength(1);
    expect(told).toEqual(['esp: looped from esp', 'esp: repeated']);
  });

  test('of which nobody knows any more who sent it is taken as repeated', async () => {
    const ingest = start();
    ingest.saw([{ seq: 3, telegram: { source: 'esp', receivedAt: new Date(), raw: print(1), checksum: 'valid' } }]);
    expect(await ingest.telegram(print(1), '0000abcd')).toEqual({ how: 'kept', seq: 3 });
  });

  test('with the key of an endpoint of this service is refused, also one that was never seen', async () => {
    const ingest = start();
    expect(await ingest.telegram(print(1), '0000beef')).toEqual({ how: 'loop', source: 'esp' });
    expect(await ingest.reading(POSTED, '0000beef')).toEqual({ how: 'loop', source: 'esp' });
    expect(kept).toEqual([]);
  });
});
