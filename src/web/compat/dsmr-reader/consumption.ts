import { asBuffer } from '../../../journal/crossing.ts';
import { parseReading, type Reading } from '../../../reading/reading.ts';
import { toBaseUnits } from '../../../reading/base-units.ts';
import type { Quantity } from '../../../reading/quantity.ts';
import { standardOffsetMinutes } from '../../../reading/local-time.ts';
import { json } from './answers.ts';
import { dayOf, printUtc, startOfDay } from './instants.ts';
import { costsOf, pricesOn } from '../../../endpoints/dsmr-costs.ts';
import type { Answer, Parts, Request } from './request.ts';
import { thousandths } from './statistics.ts';
import { usedIn } from './used.ts';

/** `GET /api/v2/consumption/today`: the day that is not over. Its amounts are numbers, not texts. */
export function today(_: Request, parts: Parts): Answer {
  const { timeZone } = parts.source;
  const nowMs = parts.now().getTime();
  const day = dayOf(nowMs, timeZone);
  const [used] = usedIn(parts, { from: startOfDay(day, timeZone), to: nowMs, resolution: 'days' });
  if (used === undefined) return json(200, `No electricity readings found for: ${day}`);
  const { electricity1, electricity2, electricity1Returned, electricity2Returned, gas = 0 } = used;
  const prices = pricesOn(day, parts.prices);
  const costs = costsOf(used, prices);
  return json(200, {
    day,
    electricity1: amount(electricity1),
    electricity1_cost: Number(costs.electricity1),
    electricity1_returned: amount(electricity1Returned),
    electricity2: amount(electricity2),
    electricity2_cost: Number(costs.electricity2),
    electricity2_returned: amount(electricity2Returned),
    electricity_merged: amount(electricity1 + electricity2),
    electricity_returned_merged: amount(electricity1Returned + electricity2Returned),
    gas: amount(gas),
    gas_cost: Number(costs.gas),
    fixed_cost: Number(costs.fixed),
    total_cost: Number(costs.total),
    energy_supplier_price_electricity_delivered_1: Number(prices.electricity1),
    energy_supplier_price_electricity_delivered_2: Number(prices.electricity2),
    energy_supplier_price_electricity_returned_1: Number(prices.returned1),
    energy_supplier_price_electricity_returned_2: Number(prices.returned2),
    energy_supplier_price_gas: Number(prices.gas),
    energy_supplier_price_fixed_daily_cost: Number(prices.fixedDaily),
  });
}

/** `GET /api/v2/consumption/electricity-live`: the newest reading's power, in W. */
export async function electricityLive(_: Request, parts: Parts): Promise<Answer> {
  const newest = await newestReading(parts);
  if (newest === undefined) return json(200, {});
  const { powerDelivered, powerReturned } = newest.reading.meter;
  return json(200, {
    timestamp: printUtc(newest.ms),
    currently_delivered: watts(powerDelivered),
    currently_returned: watts(powerReturned),
    cost_per_hour: null,
    tariff_name: null,
  });
}

const QUARTERS_MS = 2 * 3_600_000;

/** `GET /api/v2/consumption/gas-live`: what flowed in the last quarter of an hour in which gas was read. */
export function gasLive(_: Request, parts: Parts): Answer {
  const nowMs = parts.now().getTime();
  const quarters = usedIn(parts, { from: nowMs - QUARTERS_MS, to: nowMs, resolution: 'quarters' });
  const last = quarters.findLast(({ gas }) => gas !== undefined);
  if (last === undefined) return json(200, {});
  const answer = { timestamp: printUtc(last.fromS * 1_000), currently_delivered: thousandths(last.gas ?? 0) };
  return json(200, answer);
}

async function newestReading({ office, source }: Parts): Promise<{ reading: Reading; ms: number } | undefined> {
  const [newest] = await office.lettersBefore(source.name, (await office.head()) + 1, 1);
  if (newest?.raw === undefined) return undefined;
  const site = { standardOffset: standardOffsetMinutes(source.timeZone) };
  const reading = parseReading({ raw: asBuffer(newest.raw), receivedAt: new Date(newest.at) }, site);
  return { reading, ms: Date.parse(reading.meter.time ?? '') || newest.at };
}

/** kWh and m3 as a number. */
function amount(thousandthsOf: number): number {
  return Number(thousandths(thousandthsOf));
}

function watts(power: Quantity | undefined): number {
  return (power && toBaseUnits(power)?.value) ?? 0;
}
