import { z } from 'zod';
import type { Meter, Register } from '../../history/answers.ts';
import { json, list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { nameText, ofLists } from '../http/parameters.ts';
import { zoned } from '../points.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const meterSchema = z.strictObject({
  id: z.string(),
  source: z.string(),
  medium: z.string(),
  unit: z.string(),
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  version: z.string().nullable(),
  time_zone: z.string(),
  first_seen: z.string(),
  last_seen: z.string(),
  status: z.enum(['fresh', 'silent']).describe('silent: no value for longer than is usual for it'),
  capacity_w: z.number().nullable().describe('what may flow at most'),
  epochs: z.number().describe('one more each time that a meter was swapped or a register began anew'),
});

const registerSchema = z.strictObject({
  name: z.string(),
  obis: z.string(),
  about: z.string(),
  unit: z.string(),
  value: z.number(),
  at: z.string(),
});

const params = z.strictObject({ meter: nameText('id of a meter') });

export const meters = defineRoute({
  method: 'GET',
  path: '/edge/v1/meters',
  scope: 'usage:read',
  summary: 'what is metered here',
  query: z.strictObject({
    manufacturer: nameText('three letters').optional(),
    medium: nameText('electricity, gas, water and so on').optional(),
    ...ofLists,
  }),
  answer: z.strictObject({ data: z.array(meterSchema) }),
  types: LIST_TYPES,
  handle({ query, headers }, { history }: RouteParts): Answer {
    const { manufacturer, medium } = query;
    const wanted = history
      .ask((reader) => reader.meters())
      .filter(
        (one) => one.manufacturer === (manufacturer ?? one.manufacturer) && one.medium === (medium ?? one.medium),
      );
    return list({ query, headers }, wanted.map(toMeter));
  },
});

export const meter = defineRoute({
  method: 'GET',
  path: '/edge/v1/meters/{meter}',
  scope: 'usage:read',
  summary: 'one meter',
  params,
  answer: meterSchema,
  handle: ({ params: { meter: id } }, { history }: RouteParts): Answer => json(toMeter(meterOf(id, history))),
});

export const registers = defineRoute({
  method: 'GET',
  path: '/edge/v1/meters/{meter}/registers',
  scope: 'usage:read',
  summary: 'its registers, as last printed',
  params,
  query: z.strictObject({ prefix: nameText('names or OBIS codes that begin so').optional(), ...ofLists }),
  answer: z.strictObject({ data: z.array(registerSchema) }),
  types: LIST_TYPES,
  handle({ params: { meter: id }, query, headers }, { history }: RouteParts): Answer {
    const { prefix = '' } = query;
    const { timeZone } = meterOf(id, history);
    const wanted = history
      .ask((reader) => reader.registers(id))
      .filter(({ name, obis }) => [name, obis].some((text) => text.startsWith(prefix)));
    return list(
      { query, headers },
      wanted.map((one) => toRegister(one, timeZone)),
    );
  },
});

/** @throws {Problem} */
export function meterOf(id: string, history: RouteParts['history']): Meter {
  const all = history.ask((reader) => reader.meters());
  const found = all.find((one) => one.id === id);
  if (found !== undefined) return found;
  const names = all.map((one) => one.id).join(', ') || 'none yet';
  throw new Problem('not-found', `meter: got ${JSON.stringify(id)}, expected one of ${names}`);
}

function toMeter({ id, source, medium, unit, timeZone, firstAtS, lastAtS, epochs, ...more }: Meter) {
  return {
    ...{ id, source, medium, unit },
    manufacturer: more.manufacturer ?? null,
    model: more.model ?? null,
    version: more.version ?? null,
    time_zone: timeZone,
    first_seen: zoned(firstAtS, timeZone),
    last_seen: zoned(lastAtS, timeZone),
    status: Date.now() / 1_000 - lastAtS < more.silentAfterS ? 'fresh' : 'silent',
    capacity_w: more.capacityW ?? null,
    epochs,
  };
}

function toRegister({ atS, ...rest }: Register, timeZone: string) {
  return { ...rest, at: zoned(atS, timeZone) };
}
