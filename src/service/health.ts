import type { OutboxStatus } from '../outbox/status.ts';
import type { StreamStatus } from '../stream/stream.ts';
import type { SourceTally } from '../telemetry/tally.ts';
import { count, span } from '../telemetry/wording.ts';

/** `pass`: all is well. `warn`: something needs a look, nothing is lost. `fail`: telegrams are being lost. */
type HealthStatus = 'pass' | 'warn' | 'fail';

/** How one part of the service stands. */
export interface Check {
  readonly part: 'source' | 'endpoint' | 'journal' | 'stream';
  /** Of the source or endpoint; empty of the others. */
  readonly name: string;
  readonly status: HealthStatus;
  /** Seconds since the last telegram of a source, undefined before the first; telegrams that wait for an endpoint or for the disk; who reads the stream. */
  readonly observed: number | undefined;
  readonly unit: 's' | 'telegrams' | 'clients';
  /** What is not well, a sentence each. */
  readonly problems: readonly string[];
}

export interface Health {
  readonly status: HealthStatus;
  /** What is counted, in one line. */
  readonly summary: string;
  /** The summary and the problems, in one line. */
  readonly line: string;
  /** What is not well, a sentence each. */
  readonly problems: readonly string[];
  readonly checks: readonly Check[];
  /** What somebody may want to know, and nothing has to be done about. */
  readonly notes: readonly string[];
  readonly pid: number;
  readonly startedAt: Date;
  readonly sources: readonly SourceTally[];
  readonly endpoints: readonly OutboxStatus[];
  /** Telegrams in memory that are not on disk yet. */
  readonly unaccepted: number;
}

export interface HealthFacts {
  readonly sources: readonly SourceTally[];
  readonly endpoints: readonly OutboxStatus[];
  readonly unaccepted: number;
  /** By endpoint: what it had lost to the journal's size before this start. */
  readonly droppedBefore: ReadonlyMap<string, number>;
  /** By source: how far the clock of its meter is ahead of ours, in milliseconds; none where it has no clock. */
  readonly skewsMs: ReadonlyMap<string, number>;
  /** Whether this machine's clock is known to be set. */
  readonly isClockSet: boolean;
  /** What keeps the journal from writing. */
  readonly journalTrouble: string | undefined;
  /** Undefined where none is served over TCP. */
  readonly stream: Pick<StreamStatus, 'clients' | 'trouble'> | undefined;
  readonly startedAt: Date;
  readonly now: Date;
}

/** A meter prints every 1 to 10 seconds; after this long without a telegram something is wrong. */
const SILENT_MS = 60_000;
/** Who posts telegrams may do so now and then. */
const NOTHING_POSTED_MS = 900_000;
/** A meter's clock that is off by more is worth a word: the stamps of its telegrams are sent as they are. */
const MUCH_SKEW_MS = 60_000;
/** More than a burst that is on its way to the disk. */
const MANY_UNACCEPTED = 60;

type Trouble = readonly [HealthStatus, string];

/** How the service stands, from what was counted. */
export function health(facts: HealthFacts): Health {
  const checks = [
    ...facts.sources.map((source) => checkOfSource(source, facts)),
    ...facts.endpoints.map((endpoint) => checkOfEndpoint(endpoint, facts)),
    checkOfJournal(facts),
    ...checkOfStream(facts),
  ];
  const { sources, endpoints, unaccepted, startedAt } = facts;
  const problems = checks.flatMap((check) => check.problems);
  return {
    status: worst(checks.map(({ status }) => status)),
    summary: summarise(facts),
    line: [summarise(facts), ...problems].join('; '),
    problems,
    checks,
    notes: notesOn(facts),
    pid: process.pid,
    startedAt,
    sources,
    endpoints,
    unaccepted,
  };
}

function checkOfSource(source: SourceTally, facts: HealthFacts): Check {
  const { name, lastAcceptedAt } = source;
  const ageMs = lastAcceptedAt && facts.now.getTime() - lastAcceptedAt.getTime();
  const observed = ageMs === undefined ? undefined : Math.max(0, Math.round(ageMs / 100) / 10);
  return { part: 'source', name, observed, unit: 's', ...verdictOn(ofSource(source, facts)) };
}

function checkOfEndpoint(endpoint: OutboxStatus, facts: HealthFacts): Check {
  const { name, waiting } = endpoint;
  return { part: 'endpoint', name, observed: waiting, unit: 'telegrams', ...verdictOn(ofEndpoint(endpoint, facts)) };
}

function checkOfJournal(facts: HealthFacts): Check {
  const { unaccepted } = facts;
  return { part: 'journal', name: '', observed: unaccepted, unit: 'telegrams', ...verdictOn(ofJournal(facts)) };
}

function checkOfStream({ stream }: HealthFacts): Check[] {
  if (stream === undefined) return [];
  const { clients, trouble } = stream;
  const troubles: Trouble[] = trouble === undefined ? [] : [['warn', `stream: ${trouble}`]];
  return [{ part: 'stream', name: '', observed: clients.length, unit: 'clients', ...verdictOn(troubles) }];
}

function verdictOn(troubles: readonly Trouble[]): Pick<Check, 'status' | 'problems'> {
  return { status: worst(troubles.map(([level]) => level)), problems: troubles.map(([, text]) => text) };
}

function ofSource(
  { name, ended, takesPosts, trouble, lastAcceptedAt, lost }: SourceTally,
  { startedAt, now }: HealthFacts,
): Trouble[] {
  const quietMs = now.getTime() - (lastAcceptedAt ?? startedAt).getTime();
  const troubles: Trouble[] = [];
  if (takesPosts && quietMs > NOTHING_POSTED_MS)
    troubles.push(['warn', `source ${name}: no telegram was posted for ${span(quietMs)}`]);
  else if (quietMs > SILENT_MS && !ended && !takesPosts)
    troubles.push([
      'fail',
      `source ${name}: no telegram for ${span(quietMs)}${trouble === undefined ? '' : `: ${trouble}`}`,
    ]);
  else if (trouble !== undefined) troubles.push(['warn', `source ${name}: ${trouble}`]);
  if (lost > 0)
    troubles.push(['fail', `source ${name}: ${count(lost, 'telegram')} lost since the start: the disk took none`]);
  return troubles;
}

function ofEndpoint(status: OutboxStatus, { droppedBefore }: HealthFacts): Trouble[] {
  const { name, state, reason, remedy, waiting, dropped } = status;
  const troubles: Trouble[] = [];
  const advice = remedy === undefined ? '' : `; ${remedy}`;
  if (state === 'paused' || state === 'later' || state === 'verifying') {
    troubles.push([
      'warn',
      `endpoint ${name}: ${state}: ${reason ?? ''}${advice} (${count(waiting, 'telegram')} waiting)`,
    ]);
  } else if (reason !== undefined) troubles.push(['warn', `endpoint ${name}: note: ${reason}`]);
  const before = droppedBefore.get(name) ?? 0;
  if (dropped > before) {
    const lost = count(dropped - before, 'telegram');
    troubles.push([
      'warn',
      `endpoint ${name}: ${lost} dropped since the start (${dropped} in all): the journal was full`,
    ]);
  }
  return [...troubles, ...ofDeadLetters(status)];
}

function ofDeadLetters({ name, refused, aside }: OutboxStatus): Trouble[] {
  const dead = refused - aside;
  if (dead <= 0) return [];
  const remedy = '`p1-relay outbox dead` says why; retry or drop them';
  return [['warn', `endpoint ${name}: ${count(dead, 'dead letter')} kept: ${remedy}`]];
}

function notesOn(facts: HealthFacts): string[] {
  const found = facts.sources.flatMap(({ name, foundOn }) =>
    foundOn === undefined ? [] : [`source ${name}: found on ${foundOn}`],
  );
  return [...found, ...notesOnClocks(facts)];
}

function notesOnClocks({ isClockSet, skewsMs }: HealthFacts): string[] {
  if (!isClockSet) return ["this machine's clock is not known to be set yet; `timedatectl` shows more"];
  return [...skewsMs].flatMap(([name, ms]) => ofClock(name, ms));
}

function ofClock(name: string, skewMs: number): string[] {
  if (Math.abs(skewMs) <= MUCH_SKEW_MS) return [];
  return [`source ${name}: its clock is ${span(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} ours`];
}

function ofJournal({ unaccepted, journalTrouble }: HealthFacts): Trouble[] {
  const waiting = `${count(unaccepted, 'telegram')} wait in memory`;
  if (journalTrouble !== undefined) return [['warn', `journal: ${journalTrouble}; ${waiting}`]];
  return unaccepted > MANY_UNACCEPTED ? [['warn', `journal: ${waiting} for the disk`]] : [];
}

function worst(levels: readonly HealthStatus[]): HealthStatus {
  return levels.includes('fail') ? 'fail' : levels.includes('warn') ? 'warn' : 'pass';
}

function summarise({ sources, endpoints }: HealthFacts): string {
  const accepted = sources.reduce((sum, source) => sum + source.accepted, 0);
  const waits = endpoints.map((endpoint) => `${endpoint.name} ${endpoint.waiting}${goneIn(endpoint)}`).join(', ');
  return `${count(accepted, 'telegram')} accepted; waiting: ${waits || 'no endpoint'}`;
}

/** Live telegrams come and go within the second: only what is more is a backlog. */
const BACKLOG = 10;

function goneIn({ waiting, drainedInMs }: OutboxStatus): string {
  if (waiting < BACKLOG) return '';
  return drainedInMs === undefined ? ' (not shrinking)' : ` (gone in about ${span(drainedInMs)})`;
}
