import { z } from 'zod';
import type { HistoryReader } from '../../history/read.ts';
import { asBuffer } from '../../journal/crossing.ts';
import { countryOf } from '../../reading/country.ts';
import type { Country } from '../../reading/field.ts';
import { tariffMeaning } from '../../reading/tariff.ts';
import { parseCosem } from '../../telegram/cosem.ts';
import { json, type Answer } from '../http/answer.ts';
import { choice } from '../http/parameters.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

export const KEYS = ['tariff', 'direction', 'phase', 'meter'] as const;

/** By these meters are filtered. */
const OF_METERS = ['medium', 'manufacturer'] as const;
const ALL = [...KEYS, ...OF_METERS] as const;

const valueSchema = z.strictObject({
  value: z.string(),
  name: z.string().nullable().describe('what a tariff stands for: another one in the Netherlands than in Belgium'),
});
type Value = z.output<typeof valueSchema>;
const markerSchema = z.strictObject({ key: z.enum(ALL), values: z.array(valueSchema) });

/** By what usage can be grouped and filtered, and meters. */
export const markers = defineRoute({
  method: 'GET',
  path: '/edge/v1/markers',
  scope: 'usage:read',
  summary:
    'by what usage can be grouped and filtered (tariff, direction, phase, meter), and meters (medium, manufacturer)',
  query: z.strictObject({ key: choice(ALL, 'this one alone').optional() }),
  answer: z.strictObject({ data: z.array(markerSchema) }),
  async handle({ query: { key } }, { history, office }: RouteParts): Promise<Answer> {
    const wanted = ALL.filter((one) => one === (key ?? one));
    const country = wanted.includes('tariff') ? await countryOfAll(office) : undefined;
    const nameOf = (one: string, value: string): string | null =>
      (one === 'tariff' ? tariffMeaning(country, Number(value)) : undefined) ?? null;
    const data = history.ask((reader) =>
      wanted.map((one) => {
        const values = valuesOf(one, reader).map((value): Value => ({ value, name: nameOf(one, value) }));
        return { key: one, values };
      }),
    );
    return json({ data });
  },
});

function valuesOf(key: (typeof ALL)[number], reader: HistoryReader): string[] {
  if (key !== 'medium' && key !== 'manufacturer') return reader.markers(key).map(({ value }) => value);
  return [...new Set(reader.meters().flatMap((meter) => meter[key] ?? []))].sort();
}

/** Where all meters stand that are heard; undefined where nothing tells, or they stand in several. */
async function countryOfAll(office: RouteParts['office']): Promise<Country | undefined> {
  const newest = await office.ask('newest', { known: {} });
  const texts = newest.map(({ raw }) => parseCosem(asBuffer(raw)));
  const [country, ...others] = new Set(texts.map(countryOf));
  return others.length === 0 ? country : undefined;
}
