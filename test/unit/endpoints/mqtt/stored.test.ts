import { expect, test } from 'vitest';
import { Broker } from '../../../../src/endpoints/mqtt/broker.ts';
import { DsmrReader } from '../../../../src/endpoints/mqtt/dsmr-reader.ts';
import type { Link } from '../../../../src/endpoints/mqtt/link.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import { Stored } from '../../../../src/endpoints/mqtt/stored.ts';
import type { Letter } from '../../../../src/journal/letter.ts';
import { TryLater } from '../../../../src/outbox/endpoint.ts';
import { telegramOf } from '../../../support/mqtt-endpoint.ts';

const REGISTER = 'dsmr/reading/electricity_delivered_1';
const DAY = 'dsmr/day-consumption/electricity1';
const signal = new AbortController().signal;

const letter = (seq: number): Letter => ({
  seq,
  telegram: {
    ...{ source: 'house', receivedAt: new Date('2026-01-15T11:00:00Z'), checksum: 'valid' },
    raw: telegramOf(seq, { imported: `000671.${String(500 + seq)}` }),
  },
});
const letters = [letter(1), letter(2), letter(3)];

function profile(): DsmrReader {
  const place = { timeZone: 'Europe/Amsterdam', gasChannel: undefined };
  const service = { instanceId: 'a1b2c3d4e5f6', version: '1.2.3', sources: () => [] };
  const pace = { intervalMs: 0, powerDelta: 100 };
  return new DsmrReader({ ...pace, meter: 'house', place, service, takesOver: false, prices: [] });
}

/** What a broker keeps that refuses the first message with this text. */
class Kept {
  readonly taken: Publication[] = [];
  #refuses: string | undefined;

  constructor(refuses?: string) {
    this.#refuses = refuses;
  }

  readonly link = {
    over: signal,
    publish: (publication: Publication): Promise<void> => {
      if (publication.topic === REGISTER && publication.payload === this.#refuses) {
        this.#refuses = undefined;
        return Promise.reject(new TryLater('the quota is used up'));
      }
      this.taken.push(publication);
      return Promise.resolve();
    },
  } as unknown as Link;

  texts(topic: string): string[] {
    return this.taken.filter((one) => one.topic === topic).map(({ payload }) => String(payload));
  }

  tellTo(made: DsmrReader): void {
    made.connected();
    const newest = new Map(this.taken.map((one) => [one.topic, one.payload]));
    for (const [topic, text] of newest) made.hear({ topic, payload: Buffer.from(text), retained: true });
    made.begin([], 0);
  }
}

function open(kept: Kept): Stored {
  const made = profile();
  kept.tellTo(made);
  const stored = new Stored(made, Object.create(Broker.prototype) as Broker);
  stored.linked(kept.link);
  return stored;
}

test('what was refused goes again with the same letters, and the day counts nothing twice', async () => {
  const kept = new Kept('671.502');
  const stored = open(kept);
  await expect(stored.deliver(letters, signal)).rejects.toThrow('the quota is used up');
  await stored.deliver(letters, signal);
  expect(kept.texts(REGISTER)).toEqual(['671.501', '671.503', '671.501', '671.502', '671.503']);
  expect(kept.texts(DAY).at(-1)).toBe('0.002');
});

test('what was refused goes again where nothing came behind it', async () => {
  const kept = new Kept('671.501');
  const stored = open(kept);
  await expect(stored.deliver([letter(1)], signal)).rejects.toThrow('the quota is used up');
  expect(kept.texts(REGISTER)).toEqual([]);
  await stored.deliver([letter(1)], signal);
  expect(kept.texts(REGISTER)).toEqual(['671.501']);
});

test('after a restart letters that the broker has already do not go back before the last one', async () => {
  const kept = new Kept();
  await open(kept).deliver(letters, signal);
  await open(kept).deliver([...letters, letter(4)], signal);
  expect(kept.texts(REGISTER)).toEqual(['671.501', '671.502', '671.503', '671.503', '671.504']);
  expect(kept.texts('dsmr/reading/id')).toEqual(['1', '2', '3', '3', '4']);
  expect(kept.texts(DAY).at(-1)).toBe('0.003');
});

test('a broker that lost its topics is told all again', () => {
  const made = profile();
  made.begin([], 0);
  const first = made.each(letter(1)).length;
  expect(made.each(letter(2)).length).toBeLessThan(first);
  made.connected();
  made.begin([], 0);
  expect(made.each(letter(3))).toHaveLength(first);
});
