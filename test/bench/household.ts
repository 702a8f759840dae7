import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import { Broker } from '../support/broker.ts';
import { openPty, type Pty } from '../support/pty.ts';
import { Receiver } from '../support/receiver.ts';
import { startService, type Service } from '../support/service.ts';
import { streamPort } from '../support/stream-reader.ts';
import { webUrl } from '../support/web-client.ts';
import { telegrams } from './house.ts';
import { paced, printPaced } from './meter.ts';
import { memoryOf, spent, threadsCpuMs, type Memory } from './process-figures.ts';
import { openSink, sendingTo, type Sink } from './sink.ts';

/** How a service with two meters and a DSMR-reader for each did, at a telegram a second of each. */
interface Household {
  /** Milliseconds of CPU a telegram, for each of the rounds. */
  readonly cpuMs: readonly number[];
  readonly memory: Memory;
  /** From the last byte on the pseudo-terminal to the state at a subscriber of the broker, milliseconds. */
  readonly latenciesMs: readonly number[];
}

const METERS = ['house', 'barn'] as const;
const WARM_UP = 30;
const ROUNDS = 3;
const ROUND = 30;
const SETTLE_MS = 500;
const READERS = 3;
/** The page asks as often for how the service stands. */
const PAGE_MS = 5_000;

let measured: ReturnType<typeof measure> | undefined;

/** The service with nothing but its DSMR-readers, and with everything on, side by side. Measured once, for all who ask. */
export function households(): ReturnType<typeof measure> {
  return (measured ??= measure());
}

async function measure(): Promise<{ alone: Household; everything: Household }> {
  const [alone, everything] = await Promise.all([observe(false, 0), observe(true, 500)]);
  return { alone, everything };
}

async function observe(hasEverything: boolean, laterMs: number): Promise<Household> {
  const sinks = [await openSink(), await openSink()];
  const ptys = [await openPty(), await openPty()];
  const outlets = hasEverything ? await openOutlets() : undefined;
  const service = await startService({ config: configOf(ptys, sinks, outlets) });
  try {
    await Promise.all(ptys.map(({ opened }) => opened));
    await outlets?.follow(service);
    await wait(SETTLE_MS);
    return await run(service.pid, ptys, laterMs, () => outlets?.arrivals ?? []);
  } finally {
    await service.end();
    await outlets?.end();
    await Promise.all([...ptys, ...sinks].map((part) => part.close()));
  }
}

async function run(pid: number, ptys: readonly Pty[], laterMs: number, arrivals: () => readonly number[]) {
  const lastBytes: number[] = [];
  const cpu: Map<string, number>[] = [];
  await wait(2_000 - (performance.now() % 1_000) + laterMs);
  const other = ptys[1]!;
  await paced([...telegrams(WARM_UP + ROUNDS * ROUND + 1)], 1_000, async (telegram) => {
    if (lastBytes.length >= WARM_UP && (lastBytes.length - WARM_UP) % ROUND === 0) cpu.push(threadsCpuMs(pid));
    lastBytes.push(await printPaced(ptys[0]!, telegram));
    await printPaced(other, telegram);
  });
  await wait(SETTLE_MS);
  const cpuMs = cpu.slice(1).map((after, index) => spent(cpu[index]!, after).all / ROUND / METERS.length);
  return { cpuMs, memory: memoryOf(pid), latenciesMs: latencies(lastBytes, arrivals()) };
}

/** Each state that came belongs to the last byte before it. */
function latencies(lastBytes: readonly number[], arrivals: readonly number[]): number[] {
  return arrivals.flatMap((arrival) => {
    const last = lastBytes.filter((at) => at <= arrival).at(-1);
    return last === undefined || lastBytes.indexOf(last) < WARM_UP ? [] : [arrival - last];
  });
}

function configOf(ptys: readonly Pty[], sinks: readonly Sink[], outlets: Outlets | undefined) {
  const sources = METERS.map((name, index) => ({ name, type: 'serial', port: ptys[index]!.path }));
  const readers = METERS.map((name, index) => ({ ...sendingTo(sinks[index]!, `reader-${index}`), source: name }));
  return { sources, ...outlets?.config, endpoints: [...readers, ...(outlets?.endpoints ?? [])] };
}

type Outlets = Awaited<ReturnType<typeof openOutlets>>;

/** What takes the rest: a broker, a database, readers of the stream and a page. */
async function openOutlets() {
  const broker = await new Broker().start();
  const influx = await new Receiver().start();
  const gone = new AbortController();
  const arrivals: number[] = [];
  const subscriber = await mqtt.connectAsync(broker.url);
  subscriber.on('message', () => arrivals.push(performance.now()));
  await subscriber.subscribeAsync(`p1-relay/${METERS[0]}/state`);
  return {
    arrivals,
    endpoints: [
      { type: 'mqtt', url: broker.url, interval: '0s' },
      { type: 'influx', url: influx.url, bucket: 'energy' },
    ],
    config: {
      http: { listen: '127.0.0.1:0', anonymous: ['status', 'usage'] },
      stream: { enabled: true, listen: '127.0.0.1:0', source: METERS[0] },
    },
    async follow(service: Service) {
      await readStreams(service, gone.signal);
      void openPage(await webUrl(service), gone.signal).catch(() => undefined);
    },
    async end() {
      gone.abort();
      await subscriber.endAsync(true);
      await influx.stop();
      await broker.end();
    },
  };
}

async function readStreams(service: Service, signal: AbortSignal): Promise<void> {
  const port = await streamPort(service);
  for (let reader = 0; reader < READERS; reader++) {
    const socket = createConnection({ host: '127.0.0.1', port })
      .resume()
      .on('error', () => undefined);
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
  }
}

/** As the page does it: hears of each reading, and asks how the service stands. */
async function openPage(url: string, signal: AbortSignal): Promise<void> {
  const live = await fetch(`${url}/edge/v1/live`, { headers: { accept: 'text/event-stream' }, signal });
  void live.body?.pipeTo(new WritableStream(), { signal }).catch(() => undefined);
  while (!signal.aborted) {
    for (const path of ['healthz', 'status/data.json']) await (await fetch(`${url}/${path}`, { signal })).text();
    await wait(PAGE_MS, undefined, { signal });
  }
}
