import { z } from 'zod';
import type { MinuteRecord, RegisterUnit } from '../../history/answers.ts';
import type { Who } from '../access/access.ts';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { macAddress, macAddresses } from '../mac-address.ts';
import { time } from '../http/moments.ts';
import { linksTo } from '../http/links.ts';
import { pageUrl } from '../http/pages.ts';
import { nameText, ofLists, whole } from '../http/parameters.ts';
import { shareOf, zoned } from '../points.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute, type Target } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { meterOf } from './meters.ts';

const PATH = '/edge/v1/records';
const LAST_ID = Number.MAX_SAFE_INTEGER;
const WEEK_OF_MINUTES = 10_080;

const number = z.number().nullable();

const recordSchema = z.strictObject({
  id: z.number().describe('only grows, and is never given again'),
  macaddress: z.string(),
  meter: z.string(),
  ts: z.string().describe('end of the minute, UTC'),
  ts_date: z.string().describe('the same on the wall'),
  ts_time: z.string(),
  medium: z.string(),
  tariff: number,
  import_wh: number.describe('of electricity'),
  export_wh: number,
  import_register_wh: number,
  export_register_wh: number,
  volume_l: number.describe('of gas and water'),
  volume_register_l: number,
  heat_mj: number,
  heat_register_mj: number,
  power_avg_w: number.describe('import minus export'),
  power_max_w: number,
  capacity_w: number,
  excess_wh: number.describe('what lies above the capacity'),
  samples: z.number(),
  coverage: z.number(),
  estimated: z.literal(false).describe('what moved in a gap is in no record; /edge/v1/gaps has it'),
  revision: z.number().describe('1, and one more each time that the minute was corrected'),
});

/** Records of minutes as an array, to be fetched page by page until it is empty, and later on from the last id + 1. */
export const records = defineRoute({
  method: 'GET',
  path: PATH,
  scope: 'usage:read',
  summary: 'minutes by their ids: an array, empty behind the last one',
  query: z.strictObject({
    starting_id: whole({ least: 0, most: LAST_ID, about: 'this id and above; 0 is the oldest kept' }).default(0),
    page: whole({ least: 1, most: 1_000_000_000, about: 'counts from 1' }).default(1),
    per_page: whole({ least: 1, most: WEEK_OF_MINUTES, about: 'records in an answer' }).default(1_440),
    meter: nameText('of this meter').optional(),
    macaddress: nameText('of this agent').optional(),
    agent: nameText('the same').optional(),
    from: time('minutes that end behind it').optional(),
    to: time('up to and with it').optional(),
    ...ofLists,
  }),
  answer: z.array(recordSchema),
  types: LIST_TYPES,
  handle({ query, headers, target, who, address }, { history, recordPages, timeZone }: RouteParts): Answer {
    const { page, per_page: limit, meter } = query;
    const client = `${nameOf(who)} ${address} ${withoutPage(target)}`;
    const begin = recordPages.begin(client, page);
    const startingId = begin ?? query.starting_id;
    const offset = begin === undefined ? (page - 1) * limit : 0;
    const its = meter === undefined ? timeZone : meterOf(meter, history).timeZone;
    if (!isOurs(query.macaddress ?? query.agent)) return list({ query, headers }, [], []);
    const span = { fromS: secondsOf(query.from?.(its)), toS: secondsOf(query.to?.(its)) };
    const [found, zones] = history.ask((reader) => [
      reader.records({ startingId, limit, offset, meter, ...span }),
      new Map(reader.meters().map(({ id, timeZone }) => [id, timeZone])),
    ]);
    if (found.isExpired)
      throw new Problem(
        'records-expired',
        `starting_id: got ${startingId}, expected ${found.oldestId ?? 0} or above, or 0 for the oldest: what was before is not kept`,
        { oldest_id: found.oldestId ?? null },
      );
    const mac = macAddress();
    const rows = found.records.map((record) => toRow(record, zones.get(record.meter) ?? 'UTC', mac));
    const nextPage = rows.length < limit ? null : pageUrl(target, { page: page + 1 });
    const nextId = (rows.at(-1)?.id ?? startingId - 1) + 1;
    recordPages.given(client, { page, fromId: rows[0]?.id ?? startingId, behindId: nextId });
    return list({ query, headers }, rows, rows, { ...linksTo({ nextPage }), 'x-next-starting-id': String(nextId) });
  },
});

/** Two that fetch with one key from one address are told apart by their logins. */
function nameOf({ key, login }: Who): string {
  return login?.sessionId ?? key?.id ?? '';
}

function withoutPage({ query }: Target): string {
  const asked = new URLSearchParams(query);
  asked.delete('page');
  return asked.toString();
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / 1_000);
}

/** Whoever fetches from many agents asks each by its address, that of any of its network cards. */
function isOurs(asked: string | undefined): boolean {
  const bare = (text: string): string => text.toLowerCase().replaceAll(/[^0-9a-f]/g, '');
  return asked === undefined || macAddresses().some((mac) => bare(mac) === bare(asked));
}

function toRow(record: MinuteRecord, timeZone: string, macaddress: string): z.output<typeof recordSchema> {
  const { unit, endS } = record;
  const local = zoned(endS, timeZone);
  return {
    id: record.id,
    macaddress,
    meter: record.meter,
    ts: `${new Date(1_000 * endS).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`,
    ts_date: local.slice(0, 'YYYY-MM-DD'.length),
    ts_time: local.slice('YYYY-MM-DDT'.length, 'YYYY-MM-DDThh:mm:ss'.length),
    medium: record.medium,
    tariff: record.tariff ?? null,
    import_wh: of('Wh', unit, record.imported),
    export_wh: of('Wh', unit, record.exported),
    import_register_wh: of('Wh', unit, record.importRegister),
    export_register_wh: of('Wh', unit, record.exportRegister),
    volume_l: of('dm3', unit, record.imported),
    volume_register_l: of('dm3', unit, record.importRegister),
    heat_mj: of('MJ', unit, record.imported),
    heat_register_mj: of('MJ', unit, record.importRegister),
    power_avg_w: record.powerMeanW ?? null,
    power_max_w: record.powerMaxW ?? null,
    capacity_w: record.capacityW ?? null,
    excess_wh: of('Wh', unit, excessOf(record)),
    samples: record.samples,
    coverage: shareOf(record.coverage),
    estimated: false,
    revision: record.revision,
  };
}

/** A value where it is in that unit. */
function of(wanted: RegisterUnit, unit: RegisterUnit, value: number | undefined): number | null {
  return unit === wanted ? (value ?? null) : null;
}

/** What was taken in the minute above what may flow in it. */
function excessOf({ imported, capacityW }: MinuteRecord): number | undefined {
  return capacityW === undefined ? undefined : Math.max(0, imported - Math.floor(capacityW / 60));
}
