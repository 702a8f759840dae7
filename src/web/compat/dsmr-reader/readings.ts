import { readingFields } from '../../../endpoints/reading-fields.ts';
import { asBuffer } from '../../../journal/crossing.ts';
import type { Row } from '../../../journal/telegrams.ts';
import { Refused } from '../../../outbox/endpoint.ts';
import { roundDecimals } from '../../../reading/decimals.ts';
import type { Posted } from '../../../reading/posted.ts';
import { LetterList } from '../../letters.ts';
import { json, Unfit, type Complaints } from './answers.ts';
import { printUtc, readInstant } from './instants.ts';
import { descends, page, sliceOf } from './paging.ts';
import { printFields } from './posted-fields.ts';
import type { Answer, Parts, Request } from './request.ts';

/** `GET /api/v2/datalogger/dsmrreading`: the readings that the journal keeps, between two instants, a page of them. */
export async function listReadings(request: Request, { office, source }: Parts): Promise<Answer> {
  const { from, to } = boundsOf(request, 'timestamp', source.timeZone);
  const slice = sliceOf(request);
  const letters = new LetterList(office, source);
  const { count, rows } = await letters.list({ ...slice, from, to, descends: descends(request, 'timestamp') });
  return page(request, slice, count, printRows(rows, source.timeZone));
}

/** The readings of letters, each by itself; a letter that DSMR-reader would not have stored is left out. */
function printRows(rows: readonly Row[], timeZone: string): Readonly<Record<string, unknown>>[] {
  const fields = readingFields(timeZone);
  return rows.flatMap(({ seq, source, at, checksum, raw }) => {
    if (raw === undefined) return [];
    try {
      const telegram = { source, checksum, receivedAt: new Date(at), raw: asBuffer(raw) };
      return [printFields(seq, asStored(fields(telegram)))];
    } catch (error) {
      if (error instanceof Refused) return [];
      throw error;
    }
  });
}

/** With as many decimals as the server's columns have, and times in UTC. */
function asStored(reading: Posted): Posted {
  return Object.fromEntries(
    Object.entries(reading).map(([name, value]): [string, string | number] => {
      if (typeof value === 'number') return [name, value];
      if (name.endsWith('timestamp')) return [name, printUtc(Date.parse(value))];
      return [name, roundDecimals(value, name.startsWith('phase_voltage') ? 1 : 3)];
    }),
  );
}

/** The instants of `field__gte` and `field__lte`, or `field` alone for both. @throws {Unfit} for what is no time. */
export function boundsOf(
  { url: { searchParams } }: Request,
  field: string,
  timeZone: string,
): { readonly from: number; readonly to: number } {
  const complaints: Record<string, readonly string[]> = {};
  const bound = (name: string): number | undefined => {
    const text = searchParams.get(name);
    const instant = text === null || text === '' ? undefined : readInstant(text, timeZone);
    if (typeof instant === 'string') complaints[name] = ['Enter a valid date/time.'];
    return typeof instant === 'number' ? instant : undefined;
  };
  const [exactly, from, to] = [bound(field), bound(`${field}__gte`), bound(`${field}__lte`)];
  refuse(complaints);
  const bounds = { from: from ?? -Infinity, to: to ?? Infinity };
  if (exactly === undefined) return bounds;
  return { from: Math.max(exactly, bounds.from), to: Math.min(exactly, bounds.to) };
}

/** @throws {Unfit} where anything is wrong. */
export function refuse(complaints: Complaints): void {
  if (Object.keys(complaints).length > 0) throw new Unfit(json(400, complaints));
}
