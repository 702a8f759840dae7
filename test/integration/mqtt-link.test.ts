import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Broker as FarSide, type BrokerOptions as FarSideOptions } from '../../src/endpoints/mqtt/broker.ts';
import { mqtt } from '../../src/endpoints/mqtt.ts';
import type { Link, Message } from '../../src/endpoints/mqtt/link.ts';
import type { Publication } from '../../src/endpoints/mqtt/publication.ts';
import { placeOf } from '../../src/endpoints/mqtt/socket.ts';
import { Paused, TryLater } from '../../src/outbox/endpoint.ts';
import { kit } from '../../src/settings/values.ts';
import { Broker, type BrokerOptions, connack, isConnect, MOSQUITTO, StrangeBroker, suback } from '../support/broker.ts';
import { until } from '../support/service.ts';
import { describeWithTools } from '../support/tools.ts';

const NEVER = new AbortController().signal;
const LOGIN = { user: 'relay', password: 'SECRETPASSWORD' };
const WILL = { topic: 'p1/bridge/state', payload: 'offline', qos: 1, retain: true } as const;

const opened: { end: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.end();
});

async function broker(options: BrokerOptions = {}): Promise<Broker> {
  const started = new Broker(options);
  opened.push(started);
  return started.start();
}

async function strange(...how: ConstructorParameters<typeof StrangeBroker>): Promise<StrangeBroker> {
  const started = await new StrangeBroker(...how).start();
  opened.push(started);
  return started;
}

/** Lets in, and says no more. */
async function silent(): Promise<StrangeBroker> {
  return strange((socket, packet) => isConnect(packet) && socket.write(connack(0)));
}

interface Way extends Partial<FarSideOptions> {
  readonly will?: Publication;
  readonly onMessage?: (message: Message) => void;
}

function farSide(url: string, options: Partial<FarSideOptions> = {}, tls = {}): FarSide {
  const { address, ...place } = placeOf(url, tls);
  const times = { keepAliveMs: 30_000, timeoutMs: 300 };
  const who = { address, place, clientId: 'p1-relay-test', user: undefined, password: undefined };
  return new FarSide({ ...who, ...times, version: '5', ...options });
}

async function connect(to: FarSide, { will = WILL, onMessage = () => undefined }: Way = {}, signal = NEVER) {
  const made = await to.connect(will, onMessage, signal);
  opened.push({ end: () => made.close() });
  return made;
}

async function link(url: string, way: Way = {}, tls = {}, signal = NEVER): Promise<Link> {
  return connect(farSide(url, way, tls), way, signal);
}

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error as Error,
  );
}

function expectPaused(error: unknown, [message, remedy]: readonly [RegExp | string, RegExp]): void {
  expect(error).toBeInstanceOf(Paused);
  expect(error).toMatchObject({
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown),
    remedy: expect.stringMatching(remedy) as unknown,
  });
}

function message(payload: string, qos: 0 | 1 | 2 = 1, topic = 'p1/reading') {
  return { topic, payload, qos, retain: false };
}

describeWithTools('a connection to a broker', MOSQUITTO, () => {
  test.each(['3.1.1', '5'] as const)('MQTT %s: what is published comes in order, with each QoS', async (version) => {
    const made = await broker();
    const watcher = await made.watch('p1/#');
    const one = await link(made.url, { version });
    await one.publish(message('a', 0));
    await one.publish(message('b', 1));
    await one.publish(message('c', 2));
    await until(() => watcher.seen.length === 3, 2_000);
    expect(watcher.texts('p1/reading')).toEqual(['a', 'b', 'c']);
  });

  test('many at a time come in order, and no more are on their way than the broker takes', async () => {
    const made = await broker({ lines: ['max_inflight_messages 3'] });
    const watcher = await made.watch('p1/#');
    const one = await link(made.url);
    const payloads = Array.from({ length: 500 }, (_, n) => `${n}`);
    await Promise.all(payloads.map((payload) => one.publish(message(payload))));
    await until(() => watcher.seen.length === 500, 5_000);
    expect(watcher.texts('p1/reading')).toEqual(payloads);
  });

  test('what is retained comes with the subscription, and says so', async () => {
    const made = await broker();
    await (await made.watch()).publish('p1/bridge/info', 'theirs', true);
    const messages: Message[] = [];
    const one = await link(made.url, { onMessage: (came) => messages.push(came) });
    expect(await one.subscribe('p1/bridge/info')).toBe(true);
    await until(() => messages.length === 1, 2_000);
    expect(messages[0]).toEqual({ topic: 'p1/bridge/info', payload: Buffer.from('theirs'), retained: true });
  });

  test('one that is cut leaves its will; one that takes leave does not', async () => {
    const made = await broker();
    const watcher = await made.watch('p1/#');
    const left = await link(made.url, { will: WILL });
    await left.close();
    expect((await failure(left.publish(message('late')))).message).toMatch(/was closed/);
    const again = await link(made.url);
    await again.publish(message('after'));
    await until(() => watcher.seen.length > 0, 2_000);
    expect(watcher.texts('p1/bridge/state')).toEqual([]);
    await again.close();
    await link(made.url, { will: WILL });
    await link(made.url);
    await until(() => watcher.last('p1/bridge/state') === 'offline', 2_000);
  });

  test('TLS: by the certificate that was named, and not without', async () => {
    const made = await broker({ tls: true });
    const one = await link(made.url, {}, { ca: readFileSync(made.ca, 'utf8') });
    await one.publish(message('a'));
    const error = await failure(link(made.url));
    expect(error).toBeInstanceOf(TryLater);
    expect(error.message).toBe(
      `${made.url} has a certificate that nobody known here signed: set ca to the file of the one that did`,
    );
  });

  test('TLS where the broker has none, and none where it has', async () => {
    const plain = await broker();
    const secure = await broker({ tls: true });
    const one = await failure(link(plain.url.replace('mqtt:', 'mqtts:')));
    expect(one).toBeInstanceOf(TryLater);
    expect(one.message).toMatch(
      /^mqtts:\/\/127\.0\.0\.1:\d+ closes the connection before it answers: does it speak TLS there/,
    );
    const other = await failure(link(secure.url.replace('mqtts:', 'mqtt:')));
    expect(other).toBeInstanceOf(TryLater);
    expect(other.message).toMatch(/TLS \(mqtts:\/\/\)\?$/);
  });

  test.each(['3.1.1', '5'] as const)('MQTT %s: a wrong password pauses, and no text holds it', async (version) => {
    const { url } = await broker({ login: LOGIN });
    const error = await failure(link(url, { version, user: 'relay', password: 'WRONGPASSWORD' }));
    expectPaused(error, [
      `${url} refuses the user "relay" with this password`,
      /^set user and password to those that the broker knows$/,
    ]);
    const nobody = await failure(link(url, { version }));
    expect(nobody.message).toBe(`${url} lets nobody in without a user`);
    await link(url, { version, ...LOGIN });
  });

  test('a topic that it may not write to pauses, by name', async () => {
    const access = ['user relay', 'topic readwrite p1/#'];
    const { url } = await broker({ login: LOGIN, access });
    const made = await link(url, LOGIN);
    await made.publish(message('a'));
    const error = await failure(made.publish(message('b', 1, 'homeassistant/device/x/config')));
    expect(error).toBeInstanceOf(Paused);
    expect(error.message).toBe(`${url} does not let the user "relay" publish on homeassistant/device/x/config`);
    await made.publish(message('c'));
  });

  test('two clients with one id cut each other off; the sixth time that is named', async () => {
    const { url } = await broker();
    const to = farSide(url, { version: '3.1.1' });
    const reasons: unknown[] = [];
    for (let times = 1; times <= 6; times++) {
      const { over } = await connect(to);
      await link(url);
      await until(() => over.aborted, 2_000);
      reasons.push(over.reason);
    }
    expect(reasons[4]).toBeInstanceOf(TryLater);
    expect(reasons[4]).toMatchObject({ message: `${url} closed the connection` });
    expectPaused(reasons[5], [
      `${url} cut the connection soon after it was made, 6 times in a row; another client may have the id "p1-relay-test"`,
      /^give each client an id of its own/,
    ]);
  });

  test('a broker that goes ends what is on its way', async () => {
    const made = await broker();
    const one = await link(made.url);
    made.freeze();
    const waiting = failure(one.publish(message('a')));
    await made.stop('SIGKILL');
    expect(await waiting).toBeInstanceOf(TryLater);
    expect(one.over.aborted).toBe(true);
    const error = await failure(link(made.url));
    expect(error.message).toMatch(/refuses the connection: is the server running there\?$/);
  });

  test('a broker that freezes is left within the time', async () => {
    const made = await broker();
    const one = await link(made.url);
    made.freeze();
    const waiting = [1, 2, 3].map((n) => failure(one.publish(message(`${n}`))));
    for (const error of await Promise.all(waiting)) expect(error).toBe(one.over.reason);
    expect((one.over.reason as Error).message).toBe(`${made.url} did not acknowledge a message within 0.3 s`);
  });
});

test('a broker that lets in and never acknowledges is left within the time, however much it should take', async () => {
  const { url } = await silent();
  const one = await link(url, { version: '3.1.1' });
  const errors = await Promise.all(Array.from({ length: 100 }, (_, n) => failure(one.publish(message(`${n}`)))));
  expect(new Set(errors.map((error) => error.message))).toEqual(
    new Set([`${url} did not acknowledge a message within 0.3 s`]),
  );
});

test('a broker that never reads is left once its socket is full, with QoS 0, too', async () => {
  const { url } = await strange(() => undefined, stopReading);
  const one = await link(url, { version: '3.1.1' });
  const payload = 'x'.repeat(1_000_000);
  let published = 0;
  const error = await failure(
    (async () => {
      for (;;) {
        await one.publish(message(payload, 0));
        published += 1;
      }
    })(),
  );
  expect(error).toBe(one.over.reason);
  expect(error.message).toMatch(/did not acknowledge a message within 0.3 s$/);
  expect(published).toBeLessThan(50);
});

function stopReading(socket: Socket): void {
  socket.pause();
  socket.write(connack(0));
}

test.each<[string, RegExp, ConstructorParameters<typeof StrangeBroker>[0]]>([
  ['closes at once', /closes the connection before it answers: does it want TLS/, (socket) => socket.end()],
  ['resets at once', /closes the connection before it answers/, (socket) => socket.resetAndDestroy()],
  ['never answers', /did not answer within 0.3 s$/, () => undefined],
  ['is not available', /is not available now$/, (socket) => socket.write(connack(3))],
  ['answers half', /did not answer within 0.3 s$/, (socket) => socket.write(connack(0).subarray(0, 3))],
])('a broker that %s: later', async (_, expected, each) => {
  const { url } = await strange(each);
  const error = await failure(link(url, { version: '3.1.1' }));
  expect(error).toBeInstanceOf(TryLater);
  expect(error.message).toMatch(expected);
});

test.each<[string, RegExp, RegExp, '3.1.1' | '5', ConstructorParameters<typeof StrangeBroker>[0]]>([
  ['is of an older version', /does not speak this version/, /'3\.1\.1'/, '5', (socket) => socket.write(connack(1))],
  ['does not like the id', /the client id "p1-relay-test"/, /clientId/, '3.1.1', (socket) => socket.write(connack(2))],
  [
    'is a web server',
    /does not speak MQTT/,
    /^set url/,
    '5',
    (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  ],
  ['is a shell', /does not speak MQTT/, /^set url/, '3.1.1', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
])('a broker that %s: paused, with a remedy', async (_, expected, remedy, version, each) => {
  const { url } = await strange(each);
  const error = await failure(link(url, { version }));
  expectPaused(error, [expected, remedy]);
});

test.each([
  ['allows', 0, true],
  ['forbids', 0x80, false],
] as const)('a topic that the broker %s to read', async (_, code, isAllowed) => {
  const { url } = await strange((socket, packet) => {
    if (isConnect(packet)) socket.write(connack(0));
    else if (isSubscribe(packet)) socket.write(suback(packet, code));
  });
  const one = await link(url, { version: '3.1.1' });
  expect(await one.subscribe('p1/bridge/info')).toBe(isAllowed);
  expect(one.over.aborted).toBe(false);
});

test.each([
  ['as many as the broker says', 3, 3],
  ['20, where it takes more', 100, 20],
])('so many are on their way at a time: %s', async (_, receiveMaximum, expected) => {
  const ids: number[] = [];
  let letIn: Socket | undefined;
  const { url } = await strange((socket, packet) => {
    letIn = socket;
    if (isConnect(packet)) socket.write(Buffer.from([0x20, 6, 0, 0, 3, 0x21, 0, receiveMaximum]));
    else ids.push(...publishesIn(packet));
  });
  const one = await link(url, { timeoutMs: 5_000 });
  const all = Array.from({ length: 50 }, (__, n) => one.publish(message(`${n}`, 1, 'p1')).catch(() => undefined));
  await until(() => ids.length >= expected, 2_000);
  // What comes next would have come along.
  letIn?.write(Buffer.from([0x40, 2, ids[0]! >> 8, ids[0]! & 0xff]));
  await until(() => ids.length > expected, 2_000);
  expect(ids).toHaveLength(expected + 1);
  await one.close();
  await Promise.all(all);
});

test('two endpoints of one service have ids of their own', async () => {
  const ids: string[] = [];
  const { url } = await strange((socket, packet) => {
    if (!isConnect(packet)) return;
    ids.push(packet.toString('latin1', 14, 14 + packet.readUInt16BE(12)));
    socket.write(connack(0));
  });
  const settings = mqtt.settings(kit).parse({ url, version: '3.1.1' });
  for (const name of ['mqtt', 'attic']) await mqtt.create(settings, { name }).probe!(NEVER);
  expect(ids).toEqual(['p1-relay-0-check', 'p1-relay-0-attic-check']);
});

test('a quiet connection is tried as often as keepAlive says', async () => {
  let said: Buffer | undefined;
  const { url } = await strange((socket, packet) => {
    if (!isConnect(packet)) return;
    said ??= packet;
    socket.write(connack(0));
  });
  await link(url, { version: '3.1.1', keepAliveMs: 77_000 });
  // Behind the fixed header: the name of the protocol with its length, level, flags, seconds.
  expect(said?.readUInt16BE(10)).toBe(77);
});

/** Whether a packet is a SUBSCRIBE. */
function isSubscribe(packet: Buffer): boolean {
  return packet[0] === 0x82;
}

/** The numbers of short PUBLISH packets with QoS 1 on the topic `p1`. */
function publishesIn(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; bytes[at] === 0x32; at += 2 + bytes[at + 1]!) ids.push(bytes.readUInt16BE(at + 6));
  return ids;
}

test('a broker that says that another client took our id is believed', async () => {
  const { url } = await strange((socket, packet) => {
    if (isConnect(packet)) socket.write(Buffer.from([0x20, 3, 0, 0, 0]));
    setTimeout(() => socket.write(Buffer.from([0xe0, 2, 0x8e, 0])), 20);
  });
  const { over } = await link(url);
  await until(() => over.aborted, 2_000);
  expectPaused(over.reason, [
    `${url} let another client in that has the id "p1-relay-test", too, and cut this connection`,
    /^give each client an id of its own/,
  ]);
});

test('one that speaks 3.1.1 only is spoken to so, where that may be chosen', async () => {
  const levels: number[] = [];
  const { url } = await strange((socket, packet) => {
    if (!isConnect(packet)) return;
    const level = packet[8]!;
    levels.push(level);
    socket.write(connack(level === 4 ? 0 : 1));
  });
  const to = farSide(url, { version: 'auto' });
  await connect(to);
  await connect(to);
  expect(levels).toEqual([5, 4, 4]);
});

test('a broker that answers byte by byte is one', async () => {
  const { url } = await strange((socket, packet) => {
    if (!isConnect(packet)) return;
    for (const [at, byte] of connack(0).entries()) setTimeout(() => socket.write(Buffer.from([byte])), at * 20);
  });
  expect((await link(url, { version: '3.1.1' })).over.aborted).toBe(false);
});

test('a packet without an end is not gathered', async () => {
  const endless = Buffer.concat([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), Buffer.alloc(1_000_000)]);
  const { url } = await strange(
    (socket, packet) => isConnect(packet) && socket.write(Buffer.concat([connack(0), endless])),
  );
  const one = await link(url, { version: '3.1.1' });
  await until(() => one.over.aborted, 2_000);
  expect((one.over.reason as Error).message).toMatch(/sends a packet without an end$/);
});

test('a stop while it connects ends that at once', async () => {
  const { url } = await strange(() => undefined);
  const stop = new AbortController();
  const connecting = failure(link(url, { timeoutMs: 60_000 }, {}, stop.signal));
  setTimeout(() => stop.abort(new Error('stopping')), 50);
  expect((await connecting).message).toBe('stopping');
});

test('a name that does not exist', async () => {
  const error = await failure(link('mqtt://broker.invalid:1883'));
  expect(error).toBeInstanceOf(TryLater);
  expect(error.message).toMatch(/a name that (does not exist|cannot be looked up)/);
});
