import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Broker, MOSQUITTO, Watcher } from '../support/broker.ts';
import { MqttEndpoint, telegramOf } from '../support/mqtt-endpoint.ts';
import { until } from '../support/service.ts';
import { describeWithTools } from '../support/tools.ts';

const broker = new Broker();
const opened: MqttEndpoint[] = [];
let watcher: Watcher;

function endpoint(settings: Record<string, unknown> = {}, about: ConstructorParameters<typeof MqttEndpoint>[1] = {}) {
  const made = new MqttEndpoint({ url: broker.url, profile: 'dsmr-reader', interval: 0, ...settings }, about);
  opened.push(made);
  return made;
}

describeWithTools('the endpoint mqtt with the topics of a DSMR-reader', MOSQUITTO, () => {
  beforeAll(async () => {
    await broker.start();
  });
  beforeEach(async () => {
    watcher = await broker.watch('dsmr/#');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.end()));
    const kept = new Set(watcher.seen.map(({ topic }) => topic));
    for (const topic of kept) await watcher.publish(topic, '', true);
  });
  afterAll(() => broker.end());

  test('each telegram is published as a DSMR-reader does, retained', async () => {
    const made = endpoint().start();
    made.accept(telegramOf(0));
    await until(() => watcher.last('dsmr/reading/electricity_delivered_1') === '671.578', 5_000);
    made.accept(telegramOf(1, { imported: '000671.579' }));
    await until(() => watcher.last('dsmr/reading/electricity_delivered_1') === '671.579', 5_000);
    const late = await broker.watch('dsmr/#');
    await until(() => late.last('dsmr/meter-stats/electricity_tariff') === '2', 2_000);
    expect(late.last('dsmr/reading/timestamp')).toBe('2026-01-15T11:00:01Z');
    expect(late.last('dsmr/raw')).toContain('1-0:1.8.1(000671.579*kWh)');
    expect(late.last('dsmr/meter-stats/dsmr_version')).toBe('50');
    expect(late.seen.every(({ retained }) => retained)).toBe(true);
  });

  test('what another one keeps there is not gone over, until it is gone', async () => {
    await watcher.publish('dsmr/reading/electricity_delivered_1', '1234.567', true);
    const made = endpoint().start();
    made.accept(telegramOf(0));
    await until(() => made.status.state === 'paused', 5_000);
    expect(made.status.reason).toBe(
      'dsmr/reading/electricity_delivered_1 is kept at the broker, and not from this p1-relay: it is not gone over',
    );
    expect(made.status.remedy).toMatch(/takeOver: true/);
    expect(watcher.seen.filter(({ topic }) => topic !== 'dsmr/p1-relay')).toHaveLength(1);

    await watcher.publish('dsmr/reading/electricity_delivered_1', '', true);
    await until(() => made.status.state === 'delivering', 5_000);
    await until(() => watcher.last('dsmr/reading/electricity_delivered_1') === '671.578', 1_000);
  });

  test('takeOver goes over it, and afterwards it is ours', async () => {
    await watcher.publish('dsmr/reading/electricity_delivered_1', '1234.567', true);
    const first = endpoint({ takeOver: true }).start();
    first.accept(telegramOf(0));
    await until(() => watcher.last('dsmr/reading/electricity_delivered_1') === '671.578', 5_000);
    await first.end();
    const second = endpoint().start();
    second.accept(telegramOf(1, { imported: '000671.579' }));
    await until(() => watcher.last('dsmr/reading/electricity_delivered_1') === '671.579', 5_000);
  });

  test('what we published is ours after a restart; what another one published behind it is not', async () => {
    const first = endpoint().start();
    first.accept(telegramOf(0));
    await until(() => watcher.last('dsmr/reading/id') === '1', 5_000);
    await first.end();
    const second = endpoint().start();
    await until(() => second.status.state === 'delivering', 5_000);
    await second.end();
    await watcher.publish('dsmr/reading/id', '7777777', true);

    const third = endpoint().start();
    third.accept(telegramOf(1));
    await until(() => third.status.state === 'paused', 5_000);
    expect(watcher.last('dsmr/reading/id')).toBe('7777777');
  });

  test('what the other one keeps is his again after we looked: cut off, too', async () => {
    const other = endpoint({ clientId: 'other' }, { instanceId: 'ffffffffffff' }).start();
    other.accept(telegramOf(0));
    await until(() => watcher.last('dsmr/reading/id') === '1', 5_000);
    await other.end();
    const ours = endpoint({ clientId: 'ours' }).start();
    // Another client with our id: the broker cuts us off, and says in our place what it was told to.
    for (let cuts = 0; cuts < 4; cuts++) {
      const { retries } = ours.status;
      const thief = new Watcher({ host: '127.0.0.1', port: broker.port, clientId: 'ours', reconnectPeriod: 0 });
      await thief.subscribe(['nothing']);
      await until(() => ours.status.retries > retries, 5_000);
      await thief.end();
    }
    expect(watcher.texts('dsmr/p1-relay').filter((text) => !text.includes('ffffffffffff'))).toEqual([]);
  });

  test('another one that publishes there while we do is named, once', async () => {
    const made = endpoint().start();
    made.accept(telegramOf(0));
    await until(() => watcher.last('dsmr/reading/id') !== undefined, 5_000);
    for (const id of ['4711', '4712']) await watcher.publish('dsmr/reading/id', id, true);
    const odd = (): string[] => made.told.filter((line) => line.startsWith('odd: another one publishes'));
    await until(() => odd().length > 0, 5_000);
    expect(odd()).toHaveLength(1);
  });

  test('several meters: it must be said which one', () => {
    expect(() => endpoint({}, { meters: ['house', 'shed'] })).toThrow(/shows one meter.*name it by source/);
  });
});
