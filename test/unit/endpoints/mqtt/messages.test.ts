import { describe, expect, test } from 'vitest';
import { ErrorRate } from '../../../../src/endpoints/mqtt/error-rate.ts';
import { Inventory } from '../../../../src/endpoints/mqtt/inventory.ts';
import {
  availabilityMessage,
  bridgeHealthMessage,
  bridgeInfoMessage,
  bridgeStateMessage,
  stateMessage,
} from '../../../../src/endpoints/mqtt/messages.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import { topicsOf } from '../../../../src/endpoints/mqtt/topics.ts';

const TOPICS = topicsOf('p1-relay');
const WEEK_MS = 7 * 86_400_000;
const payloadOf = ({ payload }: Publication): unknown => JSON.parse(String(payload));

test('the state of a meter is one retained object, sent at most once', () => {
  const line = { lastTelegramAt: new Date('2026-07-01T12:00:00.250Z'), rejectedPercent: 0.4, hasProblem: false };
  const message = stateMessage(TOPICS, 'house', { import_t1: 1073.079, power: -143, gas: null }, line);
  expect(message).toMatchObject({ topic: 'p1-relay/house/state', qos: 0, retain: true });
  expect(payloadOf(message)).toEqual({
    ...{ import_t1: 1073.079, power: -143, gas: null, last_telegram: '2026-07-01T12:00:00.250Z' },
    ...{ crc_error_rate: 0.4, problem: 'OFF' },
  });
});

test('a meter that was never heard has a problem, and no last telegram', () => {
  const line = { lastTelegramAt: undefined, rejectedPercent: 0, hasProblem: true };
  expect(payloadOf(stateMessage(TOPICS, 'house', {}, line))).toMatchObject({ last_telegram: null, problem: 'ON' });
});

test('who is there is retained', () => {
  const retained = { qos: 1, retain: true };
  expect([
    availabilityMessage(TOPICS, 'house', true),
    availabilityMessage(TOPICS, 'house', false),
    bridgeStateMessage(TOPICS, 'online'),
    bridgeStateMessage(TOPICS, 'offline'),
  ]).toEqual([
    { topic: 'p1-relay/house/availability', payload: 'online', ...retained },
    { topic: 'p1-relay/house/availability', payload: 'offline', ...retained },
    { topic: 'p1-relay/bridge/state', payload: '{"state":"online"}', ...retained },
    { topic: 'p1-relay/bridge/state', payload: '{"state":"offline"}', ...retained },
  ]);
  const startedAt = new Date('2026-07-01T12:00:00Z');
  expect(payloadOf(bridgeInfoMessage(TOPICS, { version: '1.0.0', instanceId: 'c0ffee', startedAt }))).toEqual({
    ...{ name: 'p1-relay', version: '1.0.0', instance: 'c0ffee', started: '2026-07-01T12:00:00.000Z' },
  });
});

describe('the health of the service', () => {
  const startedAt = new Date('2026-07-01T12:00:00Z');
  const facts = { version: '1.0.0', startedAt, sources: [{ trouble: undefined }] };
  const home = { name: 'home', state: 'idle', waiting: 0, lastTakenAt: new Date('2026-07-01T12:00:05Z') };

  test('names each endpoint', () => {
    expect(payloadOf(bridgeHealthMessage(TOPICS, { ...facts, endpoints: [home] }))).toEqual({
      ...{ problem: 'OFF', version: '1.0.0', started: '2026-07-01T12:00:00.000Z' },
      endpoints: {
        home: { state: 'idle', queue: 0, connected: 'ON', last_delivery: '2026-07-01T12:00:05.000Z' },
      },
    });
  });

  test.each(['later', 'paused'])('one that is %s is a problem', (state) => {
    const away = { ...home, state, waiting: 12, lastTakenAt: undefined };
    expect(payloadOf(bridgeHealthMessage(TOPICS, { ...facts, endpoints: [away] }))).toMatchObject({
      problem: 'ON',
      endpoints: { home: { queue: 12, connected: 'OFF', last_delivery: null } },
    });
  });

  test('so is a source that gives nothing', () => {
    const silent = { ...facts, sources: [{ trouble: 'the port is not there' }], endpoints: [home] };
    expect(payloadOf(bridgeHealthMessage(TOPICS, silent))).toMatchObject({ problem: 'ON' });
  });
});

describe('what a meter has', () => {
  test('is what it said in the last week', () => {
    const inventory = new Inventory();
    expect(inventory.see({ power: 1, gas: 5 }, 0)).toBe(true);
    expect(inventory.see({ power: 2 }, 1_000)).toBe(false);
    expect(inventory.complete({ power: 2 })).toEqual({ power: 2, gas: null });
    expect(inventory.see({ power: 3, gas: 5 }, 2_000)).toBe(false);
    expect(inventory.see({ power: 4 }, WEEK_MS + 2_000)).toBe(false);
    expect(inventory.see({ power: 4 }, WEEK_MS + 2_001)).toBe(true);
    expect(inventory.names).toEqual(['power']);
  });

  test('is known from before the start; what no meter has is not', () => {
    const inventory = new Inventory(['gas', 'last_telegram', 'something_else'], 5_000);
    expect(inventory.names).toEqual(['gas']);
    expect(inventory.see({ gas: 5 }, 6_000)).toBe(false);
  });
});

test('the share of what is rejected is that of the last minutes', () => {
  const rate = new ErrorRate();
  expect(rate.percent({ accepted: 0, rejected: 0 }, 0)).toBe(0);
  expect(rate.percent({ accepted: 599, rejected: 1 }, 599_000)).toBe(0.2);
  expect(rate.percent({ accepted: 600, rejected: 300 }, 600_000)).toBe(33.3);
  // The bad minutes are over, and out of sight after twenty.
  expect(rate.percent({ accepted: 1_200, rejected: 300 }, 1_200_000)).toBe(0);
  expect(rate.percent({ accepted: 1_800, rejected: 300 }, 1_800_000)).toBe(0);
});
