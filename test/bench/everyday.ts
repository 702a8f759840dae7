import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openPty } from '../support/pty.ts';
import { startService } from '../support/service.ts';
import { telegrams } from './house.ts';
import { paced, printPaced } from './meter.ts';
import { spent, threadsCpuMs } from './process-figures.ts';
import { openSink, sendingTo, type Sink } from './sink.ts';

/** How a reader of a serial port did at everyday work: a telegram a second at 115200 baud, two endpoints. */
interface Everyday {
  /** Milliseconds of CPU a telegram, for each of the rounds. */
  readonly rounds: readonly ReturnType<typeof spent>[];
  /** From the last byte on the pseudo-terminal to the request at each endpoint, milliseconds. */
  readonly latenciesMs: readonly number[];
}

const WARM_UP = 12;
const ROUNDS = 3;
const ROUND = 24;
const SETTLE_MS = 500;

let measured: ReturnType<typeof measure> | undefined;

/** The service and the bare loop side by side, half a second apart. Measured once, for all who ask. */
export function everyday(): ReturnType<typeof measure> {
  return (measured ??= measure());
}

async function measure(): Promise<{ service: Everyday; bareLoop: Everyday }> {
  const [service, bareLoop] = await Promise.all([observe(serviceOn, 0), observe(bareLoopOn, 500)]);
  return { service, bareLoop };
}

/** A process that reads a port and posts to the sinks. */
interface Reader {
  readonly pid: number;
  end(): Promise<unknown>;
}

async function observe(start: (port: string, sinks: readonly Sink[]) => Promise<Reader>, laterMs: number) {
  const sinks = [await openSink(), await openSink()];
  const pty = await openPty();
  const reader = await start(pty.path, sinks);
  try {
    await pty.opened;
    await wait(SETTLE_MS);
    await untilWholeSecond(laterMs);
    const lastBytes: number[] = [];
    const cpu = [threadsCpuMs(reader.pid)];
    await paced([...telegrams(WARM_UP + ROUNDS * ROUND)], 1_000, async (telegram) => {
      lastBytes.push(await printPaced(pty, telegram));
      if (lastBytes.length >= WARM_UP && (lastBytes.length - WARM_UP) % ROUND === 0) {
        await wait(SETTLE_MS / 2);
        cpu.push(threadsCpuMs(reader.pid));
      }
    });
    return evaluate(cpu.slice(1), lastBytes, sinks);
  } finally {
    await reader.end();
    await Promise.all([pty.close(), ...sinks.map((sink) => sink.close())]);
  }
}

function evaluate(cpu: readonly Map<string, number>[], lastBytes: readonly number[], sinks: readonly Sink[]): Everyday {
  const rounds = cpu.slice(1).map((after, index) => {
    const { all, main, second, rest } = spent(cpu[index]!, after);
    return { all: all / ROUND, main: main / ROUND, second: second / ROUND, rest: rest / ROUND };
  });
  const latenciesMs = sinks.flatMap(({ arrivals }) => {
    if (arrivals.length !== lastBytes.length) throw new Error(`${arrivals.length} of ${lastBytes.length} arrived`);
    return arrivals.map((arrival, index) => arrival - lastBytes[index]!).slice(WARM_UP);
  });
  return { rounds, latenciesMs };
}

async function serviceOn(port: string, sinks: readonly Sink[]): Promise<Reader> {
  const endpoints = sinks.map((sink, index) => sendingTo(sink, `endpoint-${index}`));
  return startService({ config: { source: { name: 'meter', type: 'serial', port }, endpoints } });
}

function bareLoopOn(port: string, sinks: readonly Sink[]): Promise<Reader> {
  const args = [join(import.meta.dirname, 'bare/loop.mjs'), port, ...sinks.map(({ url }) => url)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const end = async () => {
    child.kill();
    await once(child, 'close');
  };
  return Promise.resolve({ pid: child.pid ?? 0, end });
}

/** So that two of them can be kept apart. */
async function untilWholeSecond(laterMs: number): Promise<void> {
  await wait(2_000 - (performance.now() % 1_000) + laterMs);
}
