import { z } from 'zod';
import { json, type Answer } from '../answer.ts';
import { choice } from '../parameters.ts';
import { defineRoute } from '../route.ts';
import type { RouteParts } from '../route-parts.ts';

export const KEYS = ['tariff', 'direction', 'phase', 'meter'] as const;

const markerSchema = z.strictObject({ key: z.enum(KEYS), values: z.array(z.strictObject({ value: z.string() })) });

/** By what usage can be grouped and filtered. */
export const markers = defineRoute({
  method: 'GET',
  path: '/edge/v1/markers',
  scope: 'usage:read',
  summary: 'by what usage can be grouped and filtered',
  query: z.strictObject({ key: choice(KEYS, 'this one alone').optional() }),
  answer: z.strictObject({ data: z.array(markerSchema) }),
  handle({ query: { key } }, { history }: RouteParts): Answer {
    const wanted = KEYS.filter((one) => one === (key ?? one));
    const data = history.ask((reader) =>
      wanted.map((one) => ({ key: one, values: reader.markers(one).map(({ value }) => ({ value })) })),
    );
    return json({ data });
  },
});
