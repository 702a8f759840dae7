import { afterEach, expect } from 'vitest';
import { Broker, type BrokerOptions, MOSQUITTO, type Watcher } from '../support/broker.ts';
import { print } from '../support/meter-line.ts';
import { endpointsOf, test } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { describeWithTools } from '../support/tools.ts';

const brokers: Broker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.end();
});

async function open(options: BrokerOptions = {}): Promise<Broker> {
  const broker = new Broker(options);
  brokers.push(broker);
  return broker.start();
}

function stateOf(watcher: Watcher): unknown {
  return (JSON.parse(watcher.last('p1-relay/bridge/state') ?? '{}') as { state?: unknown }).state;
}

const SIMULATOR = { type: 'simulator', interval: '100ms' };

describeWithTools('a broker that fails', MOSQUITTO, () => {
  test('a service that is killed is said to be gone; one that is stopped says so itself', async ({ scene }) => {
    const broker = await open();
    const watcher = await broker.watch('p1-relay/#');
    const config = { source: SIMULATOR, endpoints: [{ type: 'mqtt', url: broker.url, interval: '1s' }] };
    const killed = await scene.service({ config });
    await until(() => stateOf(watcher) === 'online', 10_000);
    await killed.kill();
    await until(() => stateOf(watcher) === 'offline', 5_000);

    const stopped = await scene.service({ config });
    await until(() => stateOf(watcher) === 'online', 10_000);
    expect(await stopped.stop()).toBe(0);
    await until(() => stateOf(watcher) === 'offline', 1_000);
  });

  test('one that hangs and one that is not there cost no telegram elsewhere, and the service stops in time', async ({
    scene,
  }) => {
    const [hangs, isAway] = [await open(), await open()];
    hangs.freeze();
    await isAway.stop();
    const reader = await scene.server();
    const line = await scene.tcpLine();
    const brokers = { hangs, away: isAway };
    const mqtt = Object.entries(brokers).map(([name, { url }]) => ({ name, type: 'mqtt', url, delivery: 'stored' }));
    const endpoints = [...endpointsOf({ home: [reader, 'v1'] }), ...mqtt];
    const service = await scene.service({ config: { source: line.source, endpoints } });
    await line.opened();
    await print(line, scene.telegrams(30), 20);
    await until(() => reader.rows.length === 30, 10_000);
    expect((await service.outbox()).map(({ name, waiting }) => [name, waiting])).toEqual([
      ['home', 0],
      ['hangs', 30],
      ['away', 30],
    ]);
    expect(await service.stop()).toBe(0);
  });

  test('stored: every telegram comes, in order, through a broker that is ended in the midst', async ({ scene }) => {
    const broker = await open({ lines: ['max_queued_messages 0'] });
    const watcher = await broker.watchAlways('p1-relay/simulator/reading');
    const source = { type: 'simulator', interval: 0, telegrams: 2_000 };
    const mqtt = { type: 'mqtt', url: broker.url, delivery: 'stored', rate: 'off', interval: '1h', timeout: '2s' };
    await scene.service({ config: { source, endpoints: [mqtt] } });
    const numbers = (): number[] =>
      watcher.texts('p1-relay/simulator/reading').map((text) => (JSON.parse(text) as { sequence: number }).sequence);
    for (const so of [200, 900]) {
      await until(() => numbers().length > so, 15_000);
      await broker.restart();
    }
    await until(() => new Set(numbers()).size === 2_000, 30_000);
    expect([...new Set(numbers())]).toEqual(Array.from({ length: 2_000 }, (_, n) => n + 1));
  });

  test('a wrong password is said once, with what to do, and no text holds it', async ({ scene }) => {
    const broker = await open({ login: { user: 'relay', password: 'RIGHTPASSWORD' } });
    const mqtt = { type: 'mqtt', url: broker.url, user: 'relay', password: 'WRONGPASSWORD' };
    const service = await scene.service({ config: { source: SIMULATOR, endpoints: [mqtt] } });
    await until(() => service.lines.some((line) => line.includes('refuses the user "relay"')), 10_000);
    const told = service.lines.filter((line) => line.includes('refuses the user "relay" with this password'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('set user and password to those that the broker knows');
    expect(service.lines.join('\n')).not.toContain('WRONGPASSWORD');
  });
});
