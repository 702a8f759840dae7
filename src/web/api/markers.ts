import { z } from 'zod';
import type { HistoryReader } from '../../history/read.ts';
import { json, type Answer } from '../answer.ts';
import { choice } from '../parameters.ts';
import { defineRoute } from '../route.ts';
import type { RouteParts } from '../route-parts.ts';

export const KEYS = ['tariff', 'direction', 'phase', 'meter'] as const;

/** By these meters are filtered. */
const OF_METERS = ['medium', 'manufacturer'] as const;
const ALL = [...KEYS, ...OF_METERS] as const;

const markerSchema = z.strictObject({ key: z.enum(ALL), values: z.array(z.strictObject({ value: z.string() })) });

/** By what usage can be grouped and filtered, and meters. */
export const markers = defineRoute({
  method: 'GET',
  path: '/edge/v1/markers',
  scope: 'usage:read',
  summary:
    'by what usage can be grouped and filtered (tariff, direction, phase, meter), and meters (medium, manufacturer)',
  query: z.strictObject({ key: choice(ALL, 'this one alone').optional() }),
  answer: z.strictObject({ data: z.array(markerSchema) }),
  handle({ query: { key } }, { history }: RouteParts): Answer {
    const wanted = ALL.filter((one) => one === (key ?? one));
    const data = history.ask((reader) => wanted.map((one) => ({ key: one, values: valuesOf(one, reader) })));
    return json({ data });
  },
});

function valuesOf(key: (typeof ALL)[number], reader: HistoryReader): { value: string }[] {
  if (key !== 'medium' && key !== 'manufacturer') return reader.markers(key).map(({ value }) => ({ value }));
  return [...new Set(reader.meters().flatMap((meter) => meter[key] ?? []))].sort().map((value) => ({ value }));
}
