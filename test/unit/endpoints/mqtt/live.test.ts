import { expect, test } from 'vitest';
import type { Broker } from '../../../../src/endpoints/mqtt/broker.ts';
import type { Link } from '../../../../src/endpoints/mqtt/link.ts';
import { Live } from '../../../../src/endpoints/mqtt/live.ts';
import type { Profile } from '../../../../src/endpoints/mqtt/profile.ts';
import { Newest } from '../../../../src/outbox/live-part.ts';
import { until } from '../../../support/service.ts';

const WILL = { topic: 'p1/bridge/state', payload: 'offline', qos: 1, retain: true } as const;
const profile: Profile = {
  ...{ will: WILL, looksAt: ['p1/house/state'], listensTo: ['p1/bridge/info'], odd: undefined },
  ...{ connected: () => undefined, hear: () => undefined },
  ...{ begin: () => [], take: () => [], look: () => [], each: () => [], leave: () => [] },
};

/** A broker that lets all in, and lets these topics be read only. */
function brokerThatShows(readable: readonly string[], wills: unknown[] = []): Broker {
  const link: Link = {
    publish: () => Promise.resolve(),
    subscribe: (topic) => Promise.resolve(readable.includes(topic)),
    unsubscribe: () => Promise.resolve(),
    over: new AbortController().signal,
    close: () => Promise.resolve(),
  };
  const connect = (will: unknown): Promise<Link> => {
    wills.push(will);
    return Promise.resolve(link);
  };
  return { address: 'mqtt://broker:1883', connect } as unknown as Broker;
}

async function oddOf(broker: Broker): Promise<unknown> {
  const live = new Live({
    ...{ broker, profile, showsTelegrams: true },
    ...{ onLink: () => undefined, onFailure: () => undefined },
  });
  const told: unknown[] = [];
  const stop = new AbortController();
  const teller = { connected: () => undefined, took: () => undefined, odd: (what: unknown) => told.push(what) };
  const shown = live.show(new Newest(), teller, stop.signal);
  await until(() => told.length > 0, 5_000);
  stop.abort();
  await shown;
  return told[0];
}

test('a topic that may not be read is told, with what to do', async () => {
  expect(await oddOf(brokerThatShows(['p1/bridge/info']))).toBe(
    "mqtt://broker:1883 does not let us read p1/house/state: allow it in the broker's access list, for what stood there before a restart is read back",
  );
});

test('where all may be read there is nothing to tell; and the first connection has no will', async () => {
  const wills: unknown[] = [];
  expect(await oddOf(brokerThatShows(['p1/bridge/info', 'p1/house/state'], wills))).toBeUndefined();
  expect(wills).toEqual([undefined, WILL]);
});
