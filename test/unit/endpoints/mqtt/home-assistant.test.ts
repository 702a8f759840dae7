import { describe, expect, test } from 'vitest';
import type { ServiceView } from '../../../../src/endpoints/endpoint-type.ts';
import { HomeAssistant, type HomeAssistantOptions } from '../../../../src/endpoints/mqtt/home-assistant.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import type { Letter } from '../../../../src/journal/letter.ts';
import type { OutboxStatus } from '../../../../src/outbox/status.ts';
import { telegramOf } from '../../../support/mqtt-endpoint.ts';

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
