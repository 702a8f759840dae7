import { arch, hostname, release, type } from 'node:os';
import type { SourceTally } from '../telemetry/tally.ts';
import { isInsider, type Who } from './access/access.ts';
import { macAddress } from './mac-address.ts';
import type { NewestReading } from './newest-reading.ts';
import type { RouteParts } from './route-parts.ts';
import { sessionsOf, type Session } from './sessions.ts';
import { standings, type Standing } from './standings.ts';

/** What the status page shows: a list for each of its tables. */
export interface StatusData {
  readonly generated: string;
  readonly servers: readonly object[];
  readonly meters: readonly object[];
  readonly queues: readonly object[];
  readonly sessions: readonly object[];
}

const FRESH_MS = 60_000;
/** Of addresses that name none. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'mqtt:': 1_883, 'mqtts:': 8_883 };

/** Without a key for it: no address, no number, no reason that names one, and nobody's session. @throws {Problem} */
export async function statusData(parts: RouteParts, who: Who): Promise<StatusData> {
  const { office, live } = parts;
  const [health, ends, newest, journal] = await Promise.all([
    office.ask('health', {}),
    standings(parts),
    live.newest(),
    office.ask('journal', {}),
  ]);
  const isKnown = isInsider(who);
  const sessions = who.scopes.has('sessions:read') ? await sessionsOf(parts) : [];
  return {
    generated: new Date().toISOString(),
    servers: [agentRow(parts, health.status, isKnown), ...ends.map((end) => endpointRow(end, parts, isKnown))],
    meters: health.sources.map((source) =>
      meterRow(
        source,
        newest.find((one) => one.source === source.name),
        isKnown,
      ),
    ),
    queues: ends.map((end) => queueRow(end, parts, journal.freeBytes)),
    sessions: sessions.map((session) => sessionRow(session, agentId(isKnown))),
  };
}

function agentRow({ settings }: RouteParts, health: string, isKnown: boolean) {
  const mac = macAddress().replaceAll(':', '');
  const place = { hostname: hostname(), ip_address: settings.http.host, port: settings.http.port, serial_number: mac };
  return {
    server_id: agentId(isKnown),
    role: 'agent',
    status: 'running',
    health,
    version: settings.version,
    ...(isKnown ? place : {}),
    platform: `${type()} ${release()} ${arch()}`,
    started: new Date(settings.startedAtMs).toISOString(),
    coordinator: true,
  };
}

function agentId(isKnown: boolean): string {
  return isKnown ? `agent-${macAddress().replaceAll(':', '')}` : 'agent';
}

function endpointRow({ name, state, url, last_error }: Standing, { settings }: RouteParts, isKnown: boolean) {
  const started = new Date(settings.startedAtMs).toISOString();
  const address = url === null ? undefined : new URL(url);
  const port = Number(address?.port) || (PORTS[address?.protocol ?? ''] ?? null);
  const told = {
    hostname: address?.hostname ?? null,
    port,
    last_error,
    paused_reason: state === 'paused' ? last_error : null,
  };
  const status = state === 'idle' || state === 'delivering' ? 'running' : state;
  return { server_id: name, role: 'endpoint', status, started, ...(isKnown ? told : {}) };
}

function meterRow(source: SourceTally, newest: NewestReading | undefined, isKnown: boolean) {
  const { name, accepted, rejected, lastAcceptedAt } = source;
  const rejections = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  const isFresh = lastAcceptedAt !== undefined && Date.now() - lastAcceptedAt.getTime() < FRESH_MS;
  const version = newest?.reading.meter.version;
  return {
    meter_id: name,
    ...(isKnown ? { model: newest?.header ?? null } : {}),
    dsmr_version: version === undefined ? null : (Number(version) / 10).toFixed(1),
    status: isFresh ? 'fresh' : lastAcceptedAt === undefined ? 'waiting' : 'silent',
    last_telegram: lastAcceptedAt?.toISOString() ?? null,
    telegrams: { received: accepted + rejections, valid: accepted, rejected: rejections, rejected_by: rejected },
  };
}

function queueRow(end: Standing, { settings }: RouteParts, freeBytes: number) {
  const kind = settings.endpoints.find(({ name }) => name === end.name)?.type ?? '';
  return {
    queue_id: end.name,
    product: kind,
    in_use: end.state === 'delivering' ? 1 : 0,
    limit: 1,
    used: end.queue,
    used_percent: end.usage_percent,
    // All queues are in one journal, on one disk.
    free_bytes: freeBytes,
    oldest: end.oldest,
    statistic: {
      delivered: end.delivered,
      failed: end.retries,
      duplicates_avoided: end.duplicates_avoided,
      dead_letters: end.dead_letters,
      dropped: end.dropped,
    },
  };
}

function sessionRow(session: Session, server_id: string) {
  const { session_id, kind, status, client, ip_address, start_time, items, message } = session;
  return { server_id, session_id, kind, status, host: client, ip_address, started: start_time, message, items };
}
