import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { METERS, type MeterName } from './meters.ts';

/** A way from the bytes of a meter to something; `obis` is that of smartmeter-obis, from telegrams to values. */
export type WayName = 'parsed' | 'parsedPlainly' | 'framed' | 'checksums' | 'obis';

/** What one process is to measure. */
export interface Order {
  readonly meter: MeterName;
  readonly ways: readonly WayName[];
  /** The folder into which smartmeter-obis was installed. */
  readonly obis?: string;
}

export interface Measured {
  readonly meter: MeterName;
  /** Microseconds of CPU a telegram, for each way. */
  readonly us: readonly number[];
}

/** Each meter in a process of its own: a service has one, and V8 is slower with objects of many makes. */
export async function measureEach(order: Omit<Order, 'meter'>): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const meter of METERS) measured.push({ meter, us: await measure({ ...order, meter }) });
  return measured;
}

function measure(order: Order): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./one-meter.ts', import.meta.url)));
    child.once('message', (us) => resolve(us as number[]));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the process that measures ${order.meter} ended with ${code}`)));
    child.send(order);
  });
}
