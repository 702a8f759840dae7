import type { StreamStatus } from '../../stream/stream.ts';
import type { ReaderCounts } from '../reader-counts.ts';
import type { Metric, Sample } from './exposition.ts';

/** What is counted of those who read telegrams, over TCP or over a WebSocket. */
interface Counted {
  readonly clients: number;
  readonly telegrams: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
}

/** @param tcp undefined where none is served so. */
export function streamMetrics(tcp: StreamStatus | undefined, ws: ReaderCounts): Metric[] {
  const kinds: [string, Counted][] = [['ws', ws]];
  if (tcp !== undefined) kinds.unshift(['tcp', { ...tcp, clients: tcp.clients.length }]);
  const one = (of: (counted: Counted) => number): Sample[] =>
    kinds.map(([kind, counted]) => ({ labels: { kind }, value: of(counted) }));
  const each = (of: (counted: Counted) => Readonly<Record<string, number>>): Sample[] =>
    kinds.flatMap(([kind, counted]) =>
      Object.entries(of(counted)).map(([reason, value]) => ({ labels: { kind, reason }, value })),
    );
  return [
    {
      name: 'p1_stream_clients',
      type: 'gauge',
      help: 'programs that read telegrams now',
      samples: one(({ clients }) => clients),
    },
    {
      name: 'p1_stream_telegrams_total',
      type: 'counter',
      help: 'telegrams that were sent to them, all together',
      samples: one(({ telegrams }) => telegrams),
    },
    {
      name: 'p1_stream_dropped_total',
      type: 'counter',
      help: 'programs that were dropped, by what they did',
      samples: each(({ dropped }) => dropped),
    },
    {
      name: 'p1_stream_refused_total',
      type: 'counter',
      help: 'programs that were sent away, by why',
      samples: each(({ refused }) => refused),
    },
  ];
}
