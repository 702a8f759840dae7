import { readdirSync } from 'node:fs';
import type { JournalState } from '../../journal/view.ts';
import type { Health } from '../../service/health.ts';
import type { SourceTally } from '../../telemetry/tally.ts';
import { REASON_WORDS } from '../reasons.ts';
import type { Standing } from '../standings.ts';
import type { OutboxMeasures } from '../../outbox/measures.ts';
import type { Measures } from '../office/table.ts';
import { histogram, type Metric, type Sample } from './exposition.ts';

/** What the service knows of itself. */
export interface AgentFacts {
  readonly version: string;
  readonly health: Health;
  readonly journal: JournalState;
  readonly standings: readonly Standing[];
  readonly measures: Measures;
  /** Names of the sources that are serial ports. */
  readonly ports: readonly string[];
  /** By meter: how long all of its gaps last that the history knows. */
  readonly gapSeconds: ReadonlyMap<string, number>;
}

type Row = readonly [name: string, help: string, samples: (facts: AgentFacts) => readonly Sample[]];

/** Counters end with `_total`, histograms with `_duration_seconds`; all others are gauges. */
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
    'p1_telegrams_repaired_total',
    'telegrams that were accepted with a bit that was set right',
    ofSources(({ repaired }) => repaired),
  ],
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
    'p1_serial_bytes_total',
    'bytes read from serial ports, good or bad',
    ({ health, ports }) =>
      health.sources.filter(({ name }) => ports.includes(name)).map(({ name, bytes }) => one(bytes, { source: name })),
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
  [
    'p1_delivery_attempts_total',
    'requests since the start, by what came of them',
    ofOutboxes(({ attempts }) => attempts, 'outcome'),
  ],
  [
    'p1_delivery_duration_seconds',
    'how long endpoints took to answer, taken or refused',
    ({ measures }) => measures.outboxes.flatMap(({ name, answers }) => histogram(answers, { endpoint: name })),
  ],
  ['p1_delivered_total', 'telegrams that the endpoint has', ofEndpoints(({ delivered }) => delivered)],
  [
    'p1_duplicates_avoided_total',
    'telegrams found there, and not sent again',
    ofEndpoints(({ duplicates_avoided }) => duplicates_avoided),
  ],
  [
    'p1_dead_letters_total',
    'telegrams that became dead letters since the start, by who is to blame',
    ofOutboxes(({ dead }) => dead, 'reason'),
  ],
  ['p1_dead_letters', 'dead letters that are kept', ofEndpoints(({ dead_letters }) => dead_letters)],
  [
    'p1_dropped_total',
    'telegrams lost to the size of the journal',
    ({ standings }) => standings.map(({ name, dropped }) => one(dropped, { endpoint: name, reason: 'queue-full' })),
  ],
  ['p1_thinned_total', 'telegrams left out on purpose', ofEndpoints(({ thinned }) => thinned)],
  [
    'p1_acceptance_duration_seconds',
    'from the last byte of a telegram to its commit',
    ({ measures }) => histogram(measures.took),
  ],
  ['p1_store_bytes', 'what the journal takes', ({ journal }) => [one(journal.bytes)]],
  ['p1_store_free_bytes', 'room on its disk', ({ journal }) => [one(journal.freeBytes)]],
  [
    'p1_store_fsync_duration_seconds',
    'commits of the journal that waited for the disk',
    ({ journal: { synced } }) => (synced === undefined ? [] : histogram(synced)),
  ],
  [
    'p1_gap_seconds_total',
    'time without telegrams that the history knows of',
    ({ gapSeconds }) => [...gapSeconds].map(([meter, sum]) => one(sum, { meter })),
  ],
  ['p1_unaccepted_telegrams', 'telegrams in memory that are not on disk yet', ({ health }) => [one(health.unaccepted)]],
  ['process_cpu_seconds_total', 'processor time of the service', () => [one(cpuSeconds())]],
  ['process_resident_memory_bytes', 'memory of the service', () => [one(process.memoryUsage.rss())]],
  ['process_open_fds', 'open files of the service', openFiles],
  ['process_start_time_seconds', 'when the service began', ({ health }) => [one(health.startedAt.getTime() / 1_000)]],
];

export function agentMetrics(facts: AgentFacts): Metric[] {
  return ROWS.map(([name, help, samples]) => {
    return { name, help, type: typeOf(name), samples: samples(facts) };
  });
}

function typeOf(name: string): Metric['type'] {
  if (name.endsWith('_duration_seconds')) return 'histogram';
  return name.endsWith('_total') ? 'counter' : 'gauge';
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

function ofOutboxes(read: (outbox: OutboxMeasures) => Readonly<Record<string, number>>, label: string): Row[2] {
  return ({ measures }) =>
    measures.outboxes.flatMap((outbox) =>
      Object.entries(read(outbox)).map(([word, count]) => one(count, { endpoint: outbox.name, [label]: word })),
    );
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
