import { readdirSync } from 'node:fs';
import type { JournalState } from '../../journal/view.ts';
import type { Health } from '../../service/health.ts';
import type { SourceTally } from '../../telemetry/tally.ts';
import { REASON_WORDS } from '../reasons.ts';
import type { Standing } from '../standings.ts';
import type { Metric, Sample } from './exposition.ts';

/** What the service knows of itself. */
export interface AgentFacts {
  readonly version: string;
  readonly health: Health;
  readonly journal: JournalState;
  readonly standings: readonly Standing[];
}

type Row = readonly [name: string, help: string, samples: (facts: AgentFacts) => readonly Sample[]];

/** Counters end with `_total`; all others are gauges. */
const ROWS: readonly Row[] = [
  [
    'p1_agent_build_info',
    'version of p1-relay',
    ({ version }) => [one(1, { version, runtime: `node ${process.version}` })],
  ],
  [
    'p1_telegrams_received_total',
    'telegrams that came, good or bad',
    ofSources((source) => source.accepted + rejectedBy(source)),
  ],
  ['p1_telegrams_valid_total', 'telegrams that were accepted', ofSources(({ accepted }) => accepted)],
  [
    'p1_telegrams_rejected_total',
    'what was no telegram, by reason',
    ({ health }) => health.sources.flatMap(rejections),
  ],
  ['p1_telegrams_lost_total', 'telegrams that could not be written to disk', ofSources(({ lost }) => lost)],
  [
    'p1_last_telegram_timestamp_seconds',
    'when the newest telegram was accepted',
    ofSources(({ lastAcceptedAt }) => seconds(lastAcceptedAt)),
  ],
  ['p1_source_up', '1 while its connection carries bytes', ofSources(({ connected }) => Number(connected))],
  [
    'p1_source_reconnects_total',
    'times that it was opened again',
    ofSources(({ connections }) => Math.max(0, connections - 1)),
  ],
  [
    'p1_endpoint_up',
    '1 where telegrams go, or would',
    ofEndpoints(({ state }) => Number(state === 'idle' || state === 'delivering')),
  ],
  ['p1_queue_telegrams', 'telegrams that wait', ofEndpoints(({ queue }) => queue)],
  [
    'p1_queue_oldest_timestamp_seconds',
    'when the oldest of them was received',
    ofEndpoints(({ oldest }) => seconds(oldest)),
  ],
  ['p1_delivery_attempts_total', 'deliveries, by what came of them', ({ standings }) => standings.flatMap(attempts)],
  ['p1_delivered_total', 'telegrams that the endpoint has', ofEndpoints(({ delivered }) => delivered)],
  [
    'p1_duplicates_avoided_total',
    'telegrams found there, and not sent again',
    ofEndpoints(({ duplicates_avoided }) => duplicates_avoided),
  ],
  ['p1_dead_letters', 'telegrams refused for good that are kept', ofEndpoints(({ dead_letters }) => dead_letters)],
  ['p1_dropped_total', 'telegrams lost to the size of the journal', ofEndpoints(({ dropped }) => dropped)],
  ['p1_store_bytes', 'what the journal takes', ({ journal }) => [one(journal.bytes)]],
  ['p1_store_free_bytes', 'room on its disk', ({ journal }) => [one(journal.freeBytes)]],
  ['p1_unaccepted_telegrams', 'telegrams in memory that are not on disk yet', ({ health }) => [one(health.unaccepted)]],
  ['process_cpu_seconds_total', 'processor time of the service', () => [one(cpuSeconds())]],
  ['process_resident_memory_bytes', 'memory of the service', () => [one(process.memoryUsage.rss())]],
  ['process_open_fds', 'open files of the service', openFiles],
  ['process_start_time_seconds', 'when the service began', ({ health }) => [one(health.startedAt.getTime() / 1_000)]],
];

export function agentMetrics(facts: AgentFacts): Metric[] {
  return ROWS.map(([name, help, samples]) => {
    return { name, help, type: name.endsWith('_total') ? 'counter' : 'gauge', samples: samples(facts) };
  });
}

function one(value: number, labels: Sample['labels'] = {}): Sample {
  return { labels, value };
}

/** What is not known is no sample. */
function ofSources(read: (source: SourceTally) => number | undefined): Row[2] {
  return ({ health }) => health.sources.flatMap((source) => known(read(source), { source: source.name }));
}

function ofEndpoints(read: (standing: Standing) => number | undefined): Row[2] {
  return ({ standings }) => standings.flatMap((standing) => known(read(standing), { endpoint: standing.name }));
}

function known(value: number | undefined, labels: Sample['labels']): Sample[] {
  return value === undefined ? [] : [one(value, labels)];
}

function rejections({ name: source, rejected }: SourceTally): Sample[] {
  return Object.entries(REASON_WORDS).map(([reason, word]) =>
    one(rejected[reason as keyof typeof REASON_WORDS] ?? 0, { source, reason: word }),
  );
}

function rejectedBy({ rejected }: SourceTally): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

function attempts({ name: endpoint, delivered, duplicates_avoided, retries, dead_letters }: Standing): Sample[] {
  const outcomes = { ok: Math.max(0, delivered - duplicates_avoided), retry: retries, rejected: dead_letters };
  return Object.entries(outcomes).map(([outcome, value]) => one(value, { endpoint, outcome }));
}

function seconds(time: Date | string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : new Date(time).getTime() / 1_000;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function openFiles(): Sample[] {
  try {
    return [one(readdirSync('/proc/self/fd').length)];
  } catch {
    return [];
  }
}
