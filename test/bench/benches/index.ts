import type { Bench } from '../bench.ts';
import { backlog } from './backlog.ts';
import { cpu } from './cpu.ts';
import { crc } from './crc.ts';
import { drain } from './drain.ts';
import { framing } from './framing.ts';
import { historyDays, historyIngest, historyMonths, historySize } from './history.ts';
import { householdCpu, householdMemory, mqttLatency } from './household.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { noise } from './noise.ts';
import { parse, parsePeer } from './parse.ts';
import { rate } from './rate.ts';
import { stored } from './stored.ts';
import { web } from './web.ts';
import { writes } from './writes.ts';

/** Every bench, in the order of the table. */
export const benches: readonly Bench[] = [
  crc,
  framing,
  noise,
  parse,
  parsePeer,
  cpu,
  latency,
  rate,
  drain,
  backlog,
  memory,
  householdCpu,
  householdMemory,
  mqttLatency,
  writes,
  stored,
  historySize,
  historyDays,
  historyMonths,
  historyIngest,
  web,
];
