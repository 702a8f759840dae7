import { join } from 'node:path';
import type { Kept } from '../journal/survey.ts';
import type { EndpointState, JournalState } from '../journal/view.ts';
import type { JournalDesk } from '../service/journal-desk.ts';
import { countTelegrams } from '../service/verify.ts';
import { quarantinedBeside } from '../storage/sqlite.ts';
import type { Io, Outcome } from './command.ts';
import { table } from './table.ts';

/** Prints how much the journal keeps, of when, and how its endpoints stand. */
export async function showStats(desk: JournalDesk, stateDir: string, json: boolean, io: Io): Promise<Outcome> {
  const state = await desk.state();
  const kept = await countTelegrams(desk, state.head, io.signal);
  const stats = toStats(state, kept, quarantinedBeside(join(stateDir, 'journal.db')));
  io.stdout.write(`${json ? JSON.stringify(stats, null, 2) : statsText(stats)}\n`);
  return 'ok';
}

/** As `--json` prints it: times as ISO 8601, sizes in bytes. */
interface Stats {
  readonly telegrams: number;
  readonly bytes: { readonly file: number; readonly used: number; readonly freeDisk: number };
  readonly bytesPerTelegram: number | null;
  readonly sources: readonly { name: string; telegrams: number; from: string; to: string }[];
  readonly endpoints: readonly EndpointStats[];
  readonly quarantined: readonly string[];
}

function toStats({ fileBytes, bytes, freeBytes, endpoints }: JournalState, kept: Kept[], quarantined: string[]): Stats {
  const telegrams = kept.reduce((sum, { count }) => sum + count, 0);
  return {
    telegrams,
    bytes: { file: fileBytes, used: bytes, freeDisk: freeBytes },
    bytesPerTelegram: telegrams === 0 ? null : Math.round(bytes / telegrams),
    sources: kept.map(({ source, count, from, to }) => ({
      name: source,
      telegrams: count,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    })),
    endpoints: endpoints.map(toEndpointStats),
    quarantined,
  };
}

type EndpointStats = ReturnType<typeof toEndpointStats>;

function toEndpointStats(state: EndpointState) {
  const { name, source, waiting, oldestAt, delivered, found, possiblyTwice, possiblyLost } = state;
  const { thinned, dropped, dead, aside } = state;
  const oldest = oldestAt === undefined ? null : new Date(oldestAt).toISOString();
  const sure = { delivered, found, possiblyTwice, possiblyLost };
  return { name, source: source ?? null, waiting, oldest, ...sure, thinned, dropped, dead, aside };
}

function statsText({ telegrams, bytes, bytesPerTelegram, sources, endpoints, quarantined }: Stats): string {
  const each = bytesPerTelegram === null ? '' : `, ${bytesPerTelegram} bytes a telegram`;
  const parts = [
    `${telegrams} telegrams kept; file ${size(bytes.file)}, in use ${size(bytes.used)}${each}; disk has ${size(bytes.freeDisk)} left`,
  ];
  if (sources.length > 0)
    parts.push(
      table(
        ['source', 'telegrams', 'from', 'to'],
        sources.map((row) => [row.name, row.telegrams, row.from, row.to]),
      ),
    );
  if (endpoints.length > 0) parts.push(endpointsText(endpoints));
  parts.push(...quarantined.map((path) => `a damaged journal was put aside: ${path}`));
  return parts.join('\n\n');
}

const HEADS = ['endpoint', 'waiting', 'oldest', 'delivered', 'found', 'twice?', 'lost?', 'thinned', 'dropped', 'dead'];

function endpointsText(endpoints: readonly EndpointStats[]): string {
  const rows = endpoints.map(({ name, waiting, oldest, delivered, found, possiblyTwice, possiblyLost, ...rest }) => [
    ...[name, waiting, oldest ?? '-', delivered, found, possiblyTwice, possiblyLost],
    ...[rest.thinned, rest.dropped, rest.dead, rest.aside],
  ]);
  return table([...HEADS, 'aside'], rows);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Three digits are enough for a person. */
function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${UNITS[power] ?? ''}`;
}
