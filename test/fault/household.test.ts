import { expect } from 'vitest';
import { Broker, MOSQUITTO } from '../support/broker.ts';
import type { DsmrReader } from '../support/dsmr-reader.ts';
import { faults } from '../support/dsmr-reader.ts';
import { readLines } from '../support/line-protocol.ts';
import { print, type TcpLine } from '../support/meter-line.ts';
import { Receiver, type Came } from '../support/receiver.ts';
import { asText, endpointsOf, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';
import { asHomeAssistant, streamPort, StreamReader } from '../support/stream-reader.ts';
import { webUrl } from '../support/web-client.ts';

/**
 * One service with two meters, a DSMR-reader for each, MQTT, InfluxDB, three readers of the stream and a page. Each of them fails
 * while the meters print on; all others go on meanwhile, and in the end everything that is kept for one is there.
 */

const TELEGRAMS = 400;
const EVERY_MS = 50;
/** So many more must come to each of the others while one fails. */
const GOES_ON = 8;
const PATIENCE_MS = 20_000;
/** What got no answer is asked about, and sent again, within seconds. */
const QUICK = { timeout: '2s', verifyWindow: '1s', rate: 'off' };

/** Somebody whom the service serves: how much came there, how it fails, and how that ends. */
interface Served {
  readonly name: string;
  readonly came: () => number;
  readonly fail: () => unknown;
  readonly mend: () => unknown;
}

test(`each that fails hurts none of the others (${MOSQUITTO[0]})`, { timeout: 120_000 }, async ({ scene }) => {
  const lines = [await scene.tcpLine(), await scene.tcpLine()] as const;
  const readers = [await scene.server(), await scene.server()] as const;
  const broker = await new Broker().start();
  scene.atEnd(() => broker.end());
  const influx = await new Receiver().start();
  scene.atEnd(() => influx.stop());
  const database = { isBusy: false, taken: [] as Came[] };
  influx.answer = (came) => {
    if (database.isBusy) return 503;
    database.taken.push(came);
    return 204;
  };
  const service = await scene.service({ config: configOf(lines, readers, { broker, influx }) });
  const streams = await openStreams(service);
  const page = await openPage(service, scene);
  const states = await broker.watch('p1-relay/house/state');
  await Promise.all(lines.map((line) => line.opened()));

  const printed = [scene.telegrams(TELEGRAMS, { seed: 1 }), scene.telegrams(TELEGRAMS, { seed: 2 })] as const;
  const printing = Promise.all(lines.map((line, index) => print(line, printed[index]!, EVERY_MS)));
  const served: Served[] = [
    ...readers.map((reader, index) => ofReader(`DSMR-reader ${index}`, reader, index)),
    {
      name: 'MQTT',
      came: () => states.seen.length,
      fail: () => broker.freeze(),
      mend: () => broker.thaw(),
    },
    {
      name: 'InfluxDB',
      came: () => database.taken.length,
      fail: () => (database.isBusy = true),
      mend: () => (database.isBusy = false),
    },
    ...streams.map((stream, index) => ({
      name: `stream reader ${index}`,
      came: () => stream.bytes.length / 500,
      fail: () => stream.socket.pause(),
      mend: () => stream.socket.resume(),
    })),
    { name: 'page', came: () => page.events, fail: () => page.hang(), mend: () => page.goOn() },
  ];
  await until(() => served.every(({ came }) => came() > 0), PATIENCE_MS);

  for (const one of served) {
    const others = served.filter((other) => other !== one).map((other) => ({ ...other, before: other.came() }));
    await one.fail();
    for (const { name, came, before } of others)
      await until(() => came() >= before + GOES_ON, PATIENCE_MS).catch(() => {
        throw new Error(`while ${one.name} fails, ${name} had ${before} and has ${came()}`);
      });
    await one.mend();
  }

  await printing;
  await until(async () => (await service.health()).endpoints.every(({ waiting }) => waiting === 0), 30_000);
  expect(telegramsAt(readers[0])).toEqual(asText(printed[0]));
  expect(telegramsAt(readers[1])).toEqual(asText(printed[1]));
  expect(pointsAt(database.taken)).toEqual({ house: TELEGRAMS, barn: TELEGRAMS });
  for (const stream of streams) {
    await until(() => asHomeAssistant(stream.bytes).telegrams.length === TELEGRAMS, PATIENCE_MS);
    expect(asHomeAssistant(stream.bytes)).toEqual({ telegrams: asText(printed[0]), rest: '' });
  }
  for (const { accepted, lost } of (await service.health()).sources) expect([accepted, lost]).toEqual([TELEGRAMS, 0]);
  for (const kind of ['unavailable', 'verifying', 'paused', 'back after']) {
    const said = service.lines.filter((line) => line.includes(`: ${kind}`));
    expect(said.length, said.join('\n')).toBeLessThanOrEqual(4);
  }
});

function configOf(
  lines: readonly [TcpLine, TcpLine],
  readers: readonly [DsmrReader, DsmrReader],
  { broker, influx }: { readonly broker: Broker; readonly influx: Receiver },
) {
  const [house, barn] = endpointsOf({ house: [readers[0], 'v1'], barn: [readers[1], 'v1'] });
  return {
    sources: [
      { ...lines[0].source, name: 'house' },
      { ...lines[1].source, name: 'barn' },
    ],
    endpoints: [
      { ...house, source: 'house', ...QUICK },
      { ...barn, source: 'barn', ...QUICK },
      { type: 'mqtt', url: broker.url, interval: '0s' },
      { type: 'influx', url: influx.url, bucket: 'energy', gather: '100ms', rate: 'off' },
    ],
    stream: { enabled: true, listen: '127.0.0.1:0', source: 'house' },
    http: { enabled: true, listen: '127.0.0.1:0', anonymous: ['status', 'usage'] },
  };
}

function ofReader(name: string, reader: DsmrReader, index: number): Served {
  return {
    name,
    came: () => reader.rows.length,
    // One is gone; the other takes requests and never answers.
    fail: () => (index === 0 ? reader.stop() : (reader.fault = faults.hang())),
    mend: () => (index === 0 ? reader.start() : (reader.fault = undefined)),
  };
}

async function openStreams(service: Service): Promise<StreamReader[]> {
  const port = await streamPort(service);
  const readers = Array.from({ length: 3 }, () => new StreamReader(port));
  await until(() => readers.every(({ socket }) => socket.readyState === 'open'), PATIENCE_MS);
  return readers;
}

/** Whoever looks at the page: hears of each reading; one that hangs reads none. */
async function openPage(service: Service, scene: Scene) {
  const gone = new AbortController();
  scene.atEnd(async () => {
    gone.abort();
    await Promise.resolve();
  });
  const response = await fetch(`${await webUrl(service)}/edge/v1/live`, {
    headers: { accept: 'text/event-stream' },
    signal: gone.signal,
  });
  const page = { events: 0, isHung: false, hang: () => (page.isHung = true), goOn: () => (page.isHung = false) };
  void (async () => {
    for await (const chunk of response.body!) {
      page.events +=
        Buffer.from(chunk as Uint8Array)
          .toString()
          .match(/^event: reading/gm)?.length ?? 0;
      while (page.isHung) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })().catch(() => undefined);
  return page;
}

/** How many seconds of each meter there are in the database; what came twice is the same point. */
function pointsAt(came: readonly Came[]): Record<string, number> {
  const taken = came.filter(({ body }) => body.length > 0).flatMap(({ body }) => readLines(body.toString()));
  const seconds = (meter: string): number =>
    new Set(
      taken
        .filter(({ measurement, tags }) => measurement === 'p1_electricity' && tags['meter'] === meter)
        .map(({ time }) => time),
    ).size;
  return { house: seconds('house'), barn: seconds('barn') };
}
