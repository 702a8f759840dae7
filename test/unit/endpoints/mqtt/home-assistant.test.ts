import { describe, expect, test } from 'vitest';
import type { ServiceView } from '../../../../src/endpoints/endpoint-type.ts';
import { HomeAssistant, type HomeAssistantOptions } from '../../../../src/endpoints/mqtt/home-assistant.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import type { Letter } from '../../../../src/journal/letter.ts';
import type { OutboxStatus } from '../../../../src/outbox/status.ts';
import { type Shown, telegramOf } from '../../../support/mqtt-endpoint.ts';

const trouble: { now: string | undefined } = { now: undefined };
const service: ServiceView = {
  ...{ version: '1.2.3', instanceId: 'a1b2c3d4e5f6', startedAt: new Date('2026-01-15T11:00:00Z'), pageUrl: undefined },
  sources: () => [
    { name: 'house', connected: true, trouble: trouble.now, accepted: 9, rejected: 1, lastAcceptedAt: undefined },
  ],
  endpoints: () => [{ name: 'home', state: 'idle', waiting: 0, lastTakenAt: undefined } as unknown as OutboxStatus],
};

function profile(options: Partial<HomeAssistantOptions> = {}): HomeAssistant {
  const meters = new Map(['house'].map((name) => [name, { timeZone: 'Europe/Amsterdam', gasChannel: undefined }]));
  const where = { prefix: 'p1-relay', discoveryPrefix: 'homeassistant', style: 'device' } as const;
  const pace = { intervalMs: 10_000, powerDelta: 100 };
  const ageOf = () => ({ ms: 0, isSure: true });
  const made = new HomeAssistant({ ...where, ...pace, meters, service, ageOf, chance: () => 0.5, ...options });
  made.connected();
  return made;
}

function letter(seq: number): Letter {
  const receivedAt = new Date('2026-01-15T11:00:00Z');
  return { seq, telegram: { source: 'house', receivedAt, checksum: 'valid', raw: telegramOf(seq) } };
}

const topicsOf = (publications: readonly Publication[]): string[] => publications.map(({ topic }) => topic);
const said = (publications: readonly Publication[], topic: string): unknown =>
  JSON.parse(String(publications.findLast((one) => one.topic === topic)?.payload));

const DOCUMENTS = ['bridge', 'endpoint_home', 'house'].map((id) => `homeassistant/device/p1_relay_${id}/config`);
const [STATE, AVAILABILITY] = ['p1-relay/house/state', 'p1-relay/house/availability'] as const;
const [BRIDGE, INFO, HEALTH] = ['p1-relay/bridge/state', 'p1-relay/bridge/info', 'p1-relay/bridge/health'] as const;

describe('what is said, and when', () => {
  test('first who, then what there is, then states, and last that the service is up', () => {
    const begun = profile().begin([letter(1)], 0);
    expect(topicsOf(begun)).toEqual([INFO, ...DOCUMENTS, STATE, AVAILABILITY, HEALTH, BRIDGE]);
    expect(begun.every(({ retain }) => retain)).toBe(true);
    expect(begun.filter(({ qos }) => qos !== 1).map(({ topic }) => topic)).toEqual([STATE]);
  });

  test('a meter that goes silent is away after 30 s, and its state says that there is a problem', () => {
    const made = profile();
    made.begin([letter(1)], 0);
    expect(made.look(29_000)).toEqual([]);
    const silent = made.look(30_000);
    expect(topicsOf(silent)).toEqual([STATE, AVAILABILITY]);
    expect(said(silent, STATE)).toMatchObject({ problem: 'ON', import_t1: 671.578 });
    expect(silent[1]?.payload).toBe('offline');
    const back = made.take(letter(40), 40_000);
    expect(back.at(-1)).toMatchObject({ topic: AVAILABILITY, payload: 'online' });
  });

  test('health is said once a minute, and at once where a part stands otherwise', () => {
    const made = profile();
    made.begin([letter(1)], 0);
    expect(made.look(1_000)).toEqual([]);
    trouble.now = 'silent';
    const told = made.look(2_000);
    trouble.now = undefined;
    expect(topicsOf(told)).toEqual([HEALTH]);
    expect(said(told, HEALTH)).toMatchObject({ problem: 'ON' });
    expect(topicsOf(made.look(3_000))).toEqual([HEALTH]);
    expect(topicsOf(made.look(29_000))).toEqual([]);
  });

  test.each([
    [0, 1_000],
    [0.5, 3_000],
    [1, 5_000],
  ])('with chance %d Home Assistant is told everything again %d ms after it came back', (chance, waitMs) => {
    const made = profile({ chance: () => chance });
    made.begin([letter(1)], 0);
    made.hear({ topic: 'homeassistant/status', payload: Buffer.from('online'), retained: false });
    expect(made.look(1_000)).toEqual([]);
    expect(made.look(999 + waitMs)).toEqual([]);
    expect(topicsOf(made.look(1_000 + waitMs))).toEqual([...DOCUMENTS, STATE, AVAILABILITY, HEALTH]);
    expect(made.look(1_001 + waitMs)).toEqual([]);
  });

  test('that it was there before, or goes, tells nothing new', () => {
    const made = profile();
    made.hear({ topic: 'homeassistant/status', payload: Buffer.from('online'), retained: true });
    made.begin([letter(1)], 0);
    made.hear({ topic: 'homeassistant/status', payload: Buffer.from('offline'), retained: false });
    expect(made.look(6_000)).toEqual([]);
    expect(made.look(12_000)).toEqual([]);
  });

  test('a document that the broker has already is not said again', () => {
    const first = profile().begin([letter(1)], 0);
    const second = profile();
    for (const { topic, payload } of first) second.hear({ topic, payload: Buffer.from(payload), retained: true });
    expect(topicsOf(second.begin([letter(1)], 0))).toEqual([INFO, STATE, AVAILABILITY, HEALTH, BRIDGE]);
    expect(second.odd).toBeUndefined();
  });

  test('with discovery off all that stood there is taken away, also of a meter that is silent', () => {
    const first = profile().begin([letter(1)], 0);
    const off = profile({ style: 'off' });
    for (const { topic, payload } of first) off.hear({ topic, payload: Buffer.from(payload), retained: true });
    const gone = off.begin([], 0).filter(({ topic }) => topic.startsWith('homeassistant/'));
    expect(gone.map(({ topic, payload }) => [topic, payload])).toEqual(DOCUMENTS.map((topic) => [topic, '']));
  });

  test('whatever the broker keeps there, it is read or passed over', () => {
    const made = profile();
    for (const payload of [
      '',
      '{',
      '[]',
      'null',
      '{"import_t1":"x"}',
      '{"import_t1":null,"availability":7}',
      '\u0000',
    ]) {
      for (const topic of [STATE, INFO, BRIDGE, ...DOCUMENTS])
        made.hear({ topic, payload: Buffer.from(payload), retained: true });
      const begun = made.begin([letter(1)], 0);
      expect(said(begun, STATE)).toMatchObject({ import_t1: 671.578 });
      made.connected();
    }
  });
});

describe('another p1-relay under the same prefix', () => {
  const ASK = 'p1-relay/bridge/ask';
  const infoOf = (instance: string, started: string) => JSON.stringify({ instance, started });
  const OLDER = infoOf('ffff00001111', '2026-01-15T10:59:59.000Z');
  const YOUNGER = infoOf('ffff00001111', '2026-01-15T11:00:01.000Z');
  const hear = (made: HomeAssistant, topic: string, payload: string, retained = false): void =>
    made.hear({ topic, payload: Buffer.from(payload), retained });

  test('nobody is asked where nobody was, or only we', () => {
    const made = profile();
    expect(made.question).toBeUndefined();
    hear(made, INFO, infoOf('a1b2c3d4e5f6', '2026-01-14T11:00:00.000Z'), true);
    hear(made, BRIDGE, '{"state":"online"}', true);
    expect(made.question).toBeUndefined();
    made.begin([letter(1)], 0);
    expect(made.odd).toBeUndefined();
  });

  test.each([
    ['older', OLDER],
    ['younger', YOUNGER],
  ])('one that answers stays, though it is %s: we pause, and say by what it is known', (_, info) => {
    const made = profile();
    hear(made, INFO, info, true);
    hear(made, BRIDGE, '{"state":"online"}', true);
    expect(made.question).toEqual({ topic: ASK, payload: '{"instance":"a1b2c3d4e5f6"}', qos: 1, retain: false });
    hear(made, INFO, info);
    expect(made.question).toBeUndefined();
    const started = info === OLDER ? '2026-01-15T10:59:59Z' : '2026-01-15T11:00:01Z';
    expect(() => made.begin([letter(1)], 0)).toThrow(
      expect.objectContaining({
        name: 'Paused',
        message: `another p1-relay (started ${started}) publishes on ${INFO}, too`,
        remedy: 'set prefix to one of its own for one of the two',
      }),
    );
  });

  test('one that does not answer is taken over, which is worth a note for a minute', () => {
    const made = profile();
    hear(made, INFO, OLDER, true);
    hear(made, BRIDGE, '{"state":"online"}', true);
    expect(topicsOf(made.begin([letter(1)], 0))).toContain(BRIDGE);
    expect(made.odd).toBe(
      `${INFO} was that of another p1-relay (started 2026-01-15T10:59:59Z), which is not there: its topics are ours now`,
    );
    made.look(59_999);
    expect(made.odd).toBeDefined();
    made.look(60_000);
    expect(made.odd).toBeUndefined();
  });

  test('one that has left is taken over without a question', () => {
    const made = profile();
    hear(made, INFO, OLDER, true);
    hear(made, BRIDGE, '{"state":"offline"}', true);
    expect(made.question).toBeUndefined();
    expect(topicsOf(made.begin([letter(1)], 0))).toContain(BRIDGE);
  });

  test('who asks is told that we are here, once; our own question is none', () => {
    const made = profile();
    made.begin([letter(1)], 0);
    hear(made, ASK, '{"instance":"a1b2c3d4e5f6"}');
    expect(made.look(1_000)).toEqual([]);
    hear(made, ASK, '{"instance":"ffff00001111"}');
    expect(topicsOf(made.look(2_000))).toEqual([INFO]);
    expect(made.look(3_000)).toEqual([]);
  });

  test('of two that came at once the one that was started later pauses; the other one says all again', () => {
    const younger = profile();
    younger.begin([letter(1)], 0);
    hear(younger, INFO, OLDER);
    expect(() => younger.look(1_000)).toThrow(/^another p1-relay \(started 2026-01-15T10:59:59Z\) publishes on/);
    const older = profile({ chance: () => 0 });
    older.begin([letter(1)], 0);
    hear(older, INFO, YOUNGER);
    expect(topicsOf(older.look(1_000))).toEqual([INFO]);
    expect(topicsOf(older.look(2_000))).toEqual([...DOCUMENTS, STATE, AVAILABILITY, HEALTH]);
    expect(older.odd).toBeUndefined();
  });

  test('of two of the same second one pauses', () => {
    const [lower, higher] = ['0000', 'ffff'].map((instance) => infoOf(instance, '2026-01-15T11:00:00.000Z'));
    const [makesWay, stays] = [profile(), profile()];
    makesWay.begin([letter(1)], 0);
    stays.begin([letter(1)], 0);
    hear(makesWay, INFO, lower!);
    expect(() => makesWay.look(1_000)).toThrow(/another p1-relay/);
    hear(stays, INFO, higher!);
    expect(() => stays.look(1_000)).not.toThrow();
  });

  test('what it says of itself is only shown where it is a time', () => {
    const made = profile();
    hear(made, INFO, infoOf('x', 'SECRET\n'));
    expect(() => made.begin([], 0)).toThrow(`another p1-relay publishes on ${INFO}, too`);
  });
});

describe('a register that falls', () => {
  const GAS = (id: string, volume: string) => [
    '0-1:24.1.0(003)',
    `0-1:96.1.0(${id})`,
    `0-1:24.2.1(260115120000W)(${volume}*m3)`,
  ];
  const [A, B] = ['4530303434303037313331363530363134', '4530303434303037313331363530363135'];
  const shown = (telegrams: readonly Shown[]): unknown => {
    const made = profile({ intervalMs: 0 });
    made.begin([], 0);
    const all = telegrams.flatMap((each, at) => {
      const raw = telegramOf(at, each);
      return made.take({ seq: at + 1, telegram: { ...letter(at).telegram, raw } }, at * 1_000);
    });
    return said(all, STATE);
  };
  const before = { imported: '000700.000', equipment: A, more: GAS(A, '00500.000') };

  test('is held back where the meters are the same', () => {
    const after = { imported: '000001.000', equipment: A, more: GAS(A, '00002.000') };
    expect(shown([before, after])).toMatchObject({ import_t1: 700, gas: 500 });
  });

  test('is shown at once where another meter says it, each for itself', () => {
    const electricity = { imported: '000001.000', equipment: B, more: GAS(A, '00002.000') };
    expect(shown([before, electricity])).toMatchObject({ import_t1: 1, gas: 500 });
    const gas = { imported: '000001.000', equipment: A, more: GAS(B, '00002.000') };
    expect(shown([before, gas])).toMatchObject({ import_t1: 700, gas: 2 });
  });
});

test('each telegram: a register that falls is left out, and one that comes again is as it was', () => {
  const made = profile();
  const reading = (seq: number, imported: string): unknown => {
    const raw = telegramOf(seq, { imported });
    const [message] = made.each({ ...letter(seq), telegram: { ...letter(seq).telegram, raw } });
    return JSON.parse(String(message?.payload));
  };
  const first = reading(1, '000671.578');
  expect(first).toMatchObject({ sequence: 1, import_t1: 671.578 });
  const fallen = reading(2, '000001.000');
  expect(fallen).toMatchObject({ sequence: 2, import_t2: 842.472 });
  expect(fallen).not.toHaveProperty('import_t1');
  expect(fallen).not.toHaveProperty('import_total');
  expect(reading(3, '000671.579')).toMatchObject({ import_t1: 671.579 });
  expect(reading(1, '000671.578')).toEqual(first);
});
