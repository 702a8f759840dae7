import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Broker, MOSQUITTO, type Watcher } from '../support/broker.ts';
import { MqttEndpoint, telegramOf } from '../support/mqtt-endpoint.ts';
import { until } from '../support/service.ts';
import { describeWithTools } from '../support/tools.ts';

const broker = new Broker();
const opened: MqttEndpoint[] = [];
let prefixes = 0;

/** Each test has topics of its own. */
function topics(): { prefix: string; discoveryPrefix: string } {
  prefixes += 1;
  return { prefix: `relay${prefixes}`, discoveryPrefix: `ha${prefixes}` };
}

function endpoint(settings: Record<string, unknown>, about: ConstructorParameters<typeof MqttEndpoint>[1] = {}) {
  const made = new MqttEndpoint({ url: broker.url, ...settings }, about);
  opened.push(made);
  return made;
}

/** What a JSON payload says; nothing where there is none. */
function said(watcher: Watcher, topic: string): Record<string, unknown> {
  return JSON.parse(watcher.last(topic) || '{}') as Record<string, unknown>;
}

/** What the broker keeps, as somebody sees it who comes now. */
async function kept(topic: string): Promise<Watcher> {
  const watcher = await broker.watch(topic);
  await until(() => watcher.seen.length > 0, 2_000);
  return watcher;
}

describeWithTools('the endpoint mqtt', MOSQUITTO, () => {
  beforeAll(async () => {
    await broker.start();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(opened.splice(0).map((one) => one.end()));
  });
  afterAll(() => broker.end());

  test('a meter is there for who comes later: its state, that it is heard, and that the service is up', async () => {
    const { prefix, discoveryPrefix } = topics();
    const made = endpoint({ prefix, discoveryPrefix });
    made.accept(telegramOf(0));
    made.start();
    const watcher = await broker.watch(`${prefix}/#`);
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    const late = await broker.watch(`${prefix}/#`);
    await until(() => late.seen.length >= 5, 2_000);

    expect(late.seen.every(({ retained }) => retained)).toBe(true);
    expect(said(late, `${prefix}/bridge/state`)).toEqual({ state: 'online' });
    expect(late.last(`${prefix}/house/availability`)).toBe('online');
    expect(said(late, `${prefix}/house/state`)).toMatchObject({
      import_t1: 671.578,
      import_t2: 842.472,
      import_total: 1514.05,
      power: 333,
      tariff: 2,
      problem: 'OFF',
    });
    expect(said(late, `${prefix}/bridge/info`)).toMatchObject({ version: '1.2.3', instance: 'a1b2c3d4e5f6' });
    expect(said(late, `${prefix}/bridge/health`)).toMatchObject({ problem: 'OFF' });
  });

  test('Home Assistant is told of it before it is up, in one document a device', async () => {
    const { prefix, discoveryPrefix } = topics();
    const watcher = await broker.watch(`${prefix}/#`, `${discoveryPrefix}/#`);
    const made = endpoint({ prefix, discoveryPrefix });
    made.accept(telegramOf(0));
    made.start();
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    const order = watcher.seen.map(({ topic }) => topic);
    expect(order.at(-1)).toBe(`${prefix}/bridge/state`);
    expect(order.filter((topic) => topic.startsWith(discoveryPrefix))).toEqual([
      `${discoveryPrefix}/device/${prefix}_bridge/config`,
      `${discoveryPrefix}/device/${prefix}_endpoint_mqtt/config`,
      `${discoveryPrefix}/device/${prefix}_house/config`,
    ]);
    const { components } = said(watcher, `${discoveryPrefix}/device/${prefix}_house/config`);
    expect(components).toMatchObject({ import_t1: { device_class: 'energy', unit_of_measurement: 'kWh' } });
    expect(components).not.toHaveProperty('gas');
  });

  test('what a meter has more is told with the telegram that shows it', async () => {
    const { prefix, discoveryPrefix } = topics();
    const made = endpoint({ prefix, discoveryPrefix });
    made.accept(telegramOf(0));
    made.start();
    const watcher = await broker.watch(`${prefix}/#`, `${discoveryPrefix}/#`);
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    made.accept(telegramOf(1, { more: ['1-0:32.7.0(230.1*V)'] }));
    await until(() => said(watcher, `${prefix}/house/state`)['voltage_l1'] === 230.1, 2_000);
    const { components } = said(watcher, `${discoveryPrefix}/device/${prefix}_house/config`);
    expect(components).toHaveProperty('voltage_l1');
  });

  test('within the interval only a step of the power goes; with interval 0 every telegram', async () => {
    const { prefix, discoveryPrefix } = topics();
    const slow = endpoint({ prefix, discoveryPrefix, interval: '1h', powerDelta: 500 }).start();
    const all = endpoint({
      prefix: `${prefix}x`,
      discoveryPrefix,
      discovery: 'off',
      clientId: 'all',
      interval: 0,
    }).start();
    const watcher = await broker.watch(`${prefix}/house/state`, `${prefix}x/house/state`);
    const powers = (topic: string) => watcher.texts(topic).map((text) => (JSON.parse(text) as { power: number }).power);
    const steps = ['00.300', '00.310', '00.320', '01.000'];
    for (const [second, power] of steps.entries()) {
      for (const each of [slow, all]) each.accept(telegramOf(second, { power }));
      await until(() => powers(`${prefix}x/house/state`).at(-1) === Number(power) * 1_000, 5_000);
    }
    // The step waits for its second: the next telegram with it goes.
    await until(() => {
      slow.accept(telegramOf(9, { power: '01.000' }));
      return powers(`${prefix}/house/state`).at(-1) === 1_000;
    }, 3_000);
    expect(powers(`${prefix}x/house/state`)).toEqual([300, 310, 320, 1_000]);
    expect(new Set(powers(`${prefix}/house/state`))).toEqual(new Set([300, 1_000]));
  });

  test('a counter that falls is not published, also not after a start of the service', async () => {
    const { prefix, discoveryPrefix } = topics();
    const settings = { prefix, discoveryPrefix, interval: 0 };
    const first = endpoint(settings).start();
    first.accept(telegramOf(0, { imported: '000700.000' }));
    const watcher = await broker.watch(`${prefix}/house/state`);
    await until(() => said(watcher, `${prefix}/house/state`)['import_t1'] === 700, 5_000);
    await first.end();

    const second = endpoint(settings).start();
    second.accept(telegramOf(1, { imported: '000600.000', power: '01.111' }));
    await until(() => said(watcher, `${prefix}/house/state`)['power'] === 1_111, 5_000);
    expect(said(watcher, `${prefix}/house/state`)['import_t1']).toBe(700);
  });

  test('a meter that was not heard since the start keeps its entities, and is said to be away', async () => {
    const { prefix, discoveryPrefix } = topics();
    const settings = { prefix, discoveryPrefix };
    const meters = ['house', 'shed'];
    const first = endpoint(settings, { meters });
    first.accept(telegramOf(0), 'house');
    first.accept(telegramOf(0), 'shed');
    first.start();
    const watcher = await broker.watch(`${prefix}/#`, `${discoveryPrefix}/#`);
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    await first.end();

    const second = endpoint(settings, { meters });
    second.accept(telegramOf(5), 'house');
    second.start();
    await until(() => watcher.texts(`${prefix}/bridge/state`).length === 3, 5_000);
    expect(watcher.last(`${prefix}/house/availability`)).toBe('online');
    expect(watcher.last(`${prefix}/shed/availability`)).toBe('offline');
    const late = await kept(`${discoveryPrefix}/device/${prefix}_shed/config`);
    expect(said(late, `${discoveryPrefix}/device/${prefix}_shed/config`)).toHaveProperty('components.import_t1');
  });

  test('when Home Assistant comes back it is told everything again, a little later', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { prefix, discoveryPrefix } = topics();
    const made = endpoint({ prefix, discoveryPrefix });
    made.accept(telegramOf(0));
    made.start();
    const watcher = await broker.watch(`${prefix}/#`, `${discoveryPrefix}/#`);
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    const before = watcher.seen.length;
    await watcher.publish(`${discoveryPrefix}/status`, 'online');
    const again = [
      `${discoveryPrefix}/device/${prefix}_house/config`,
      `${prefix}/house/state`,
      `${prefix}/house/availability`,
    ];
    await until(() => again.every((topic) => watcher.seen.slice(before).some((one) => one.topic === topic)), 8_000);
  });

  test('a stop says that the service is gone', async () => {
    const { prefix, discoveryPrefix } = topics();
    const made = endpoint({ prefix, discoveryPrefix }).start();
    const watcher = await broker.watch(`${prefix}/bridge/state`);
    await until(() => watcher.seen.length > 0, 5_000);
    await made.end();
    await until(() => said(watcher, `${prefix}/bridge/state`)['state'] === 'offline', 1_000);
  });

  test('a second p1-relay under the same prefix pauses, and publishes nothing, until the first one is gone', async () => {
    const { prefix, discoveryPrefix } = topics();
    const settings = { prefix, discoveryPrefix };
    const theirs = endpoint({ ...settings, clientId: 'theirs' }, { instanceId: 'ffff00001111' }).start();
    const watcher = await broker.watch(`${prefix}/#`);
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    const ours = endpoint({ ...settings, clientId: 'ours' });
    ours.accept(telegramOf(0));
    ours.start();
    await until(() => ours.told.length > 0, 5_000);
    expect(ours.told).toEqual([
      `paused: another p1-relay (started 2026-01-15T11:00:00Z) publishes on ${prefix}/bridge/info, too`,
    ]);
    expect(watcher.last(`${prefix}/house/state`)).toBeUndefined();
    expect(said(watcher, `${prefix}/bridge/info`)['instance']).toBe('ffff00001111');
    expect([theirs.status.state, said(watcher, `${prefix}/bridge/state`)]).toEqual(['delivering', { state: 'online' }]);

    await theirs.end();
    await until(() => ours.status.state === 'delivering', 10_000);
    await until(() => said(watcher, `${prefix}/bridge/info`)['instance'] === 'a1b2c3d4e5f6', 2_000);
  });

  test('one that is cut while it looks does not say that the other one is gone', async () => {
    const { prefix, discoveryPrefix } = topics();
    const settings = { prefix, discoveryPrefix };
    endpoint({ ...settings, clientId: 'theirs' }, { instanceId: 'ffff00001111' }).start();
    const watcher = await broker.watch(`${prefix}/#`);
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    endpoint({ ...settings, clientId: 'ours' }).start();
    await until(() => watcher.last(`${prefix}/bridge/ask`) !== undefined, 5_000);
    // One who comes with the id of another cuts that one off.
    const cutter = endpoint({ prefix: `${prefix}x`, discoveryPrefix, clientId: 'ours' }).start();
    await until(() => cutter.status.state === 'delivering', 5_000);
    expect(watcher.texts(`${prefix}/bridge/state`).map((text) => JSON.parse(text) as unknown)).toEqual([
      { state: 'online' },
    ]);
  });

  test('states that somebody else has left under the prefix are named', async () => {
    const { prefix, discoveryPrefix } = topics();
    await (await broker.watch()).publish(`${prefix}/house/state`, '{"power":1}', true);
    const ours = endpoint({ prefix, discoveryPrefix }).start();
    await until(() => ours.told.some((line) => line.startsWith('odd: somebody else has published on')), 5_000);
  });

  test.each(['3.1.1', '5', 5, 'auto'])('version %o', async (version) => {
    const { prefix, discoveryPrefix } = topics();
    endpoint({ prefix, discoveryPrefix, version }).start();
    const watcher = await broker.watch(`${prefix}/bridge/state`);
    await until(() => watcher.seen.length > 0, 5_000);
  });

  test('a broker that is not there, comes, is killed and hangs: each time it comes back it gets the newest', async () => {
    const another = new Broker();
    await another.start();
    await another.stop();
    const { prefix, discoveryPrefix } = topics();
    const made = endpoint({ url: another.url, prefix, discoveryPrefix, timeout: '1s', keepAlive: '5s' });
    made.accept(telegramOf(0, { power: '00.100' }));
    made.start();
    await until(() => made.status.retries > 3, 5_000);

    const power = (watcher: Watcher) => said(watcher, `${prefix}/house/state`)['power'];
    await another.start();
    const first = await another.watch(`${prefix}/house/state`);
    await until(() => power(first) === 100, 5_000);

    await another.stop('SIGKILL');
    for (const [second, power] of ['00.200', '00.300'].entries()) made.accept(telegramOf(second, { power }));
    await another.start();
    const second = await another.watch(`${prefix}/house/state`);
    await until(() => power(second) === 300, 5_000);
    expect(second.texts(`${prefix}/house/state`).some((text) => text.includes('"power":200'))).toBe(false);

    another.freeze();
    const before = made.status.retries;
    // Presence is told with QoS 1: that is not acknowledged.
    made.accept(telegramOf(4, { more: ['1-0:32.7.0(230.1*V)'] }));
    await until(() => made.status.retries > before, 5_000);
    another.thaw();
    await until(() => said(second, `${prefix}/house/state`)['voltage_l1'] === 230.1, 5_000);
    await made.end();
    await another.end();
  });

  test('whether a broker lets us in can be asked without a word to others, and beside a service', async () => {
    const { prefix, discoveryPrefix } = topics();
    const settings = { prefix, discoveryPrefix, delivery: 'stored' };
    const watcher = await broker.watch(`${prefix}/#`);
    const running = endpoint(settings).start();
    await until(() => watcher.last(`${prefix}/bridge/state`) !== undefined, 5_000);
    const asked = endpoint(settings);
    const before = watcher.seen.length;
    await asked.endpoint.probe!(new AbortController().signal);
    await watcher.publish(`${prefix}/fence`, '');
    await until(() => watcher.seen.length > before, 2_000);
    expect(watcher.seen.slice(before).map(({ topic }) => topic)).toEqual([`${prefix}/fence`]);
    expect(running.status.retries).toBe(0);
  });

  test('stored: every telegram comes in order, each with its number, and is not retained', async () => {
    const { prefix, discoveryPrefix } = topics();
    const made = endpoint({ prefix, discoveryPrefix, delivery: 'stored' }).start();
    const watcher = await broker.watch(`${prefix}/#`);
    await until(() => made.status.state === 'delivering', 5_000);
    const never = new AbortController().signal;
    const letters = Array.from({ length: 50 }, (_, n) => made.letter(telegramOf(n, { power: `00.${100 + n}` })));
    for (let at = 0; at < 50; at += 20) await made.endpoint.batch!.deliver(letters.slice(at, at + 20), never);
    const topic = `${prefix}/house/reading`;
    await until(() => watcher.texts(topic).length === 50, 5_000);
    expect(watcher.texts(topic).map((text) => (JSON.parse(text) as { sequence: number }).sequence)).toEqual(
      letters.map(({ seq }) => seq),
    );
    expect(said(watcher, topic)).toMatchObject({ sequence: 50, time: '2026-01-15T12:00:49+01:00', power: 149 });
    const late = await broker.watch(`${prefix}/#`);
    await until(() => late.seen.length > 0, 2_000);
    expect(late.texts(topic)).toEqual([]);
  });
});
