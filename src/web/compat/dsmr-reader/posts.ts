import { html, json } from './answers.ts';
import { formOf, valuesOf } from './bodies.ts';
import { printFields, readFields } from './posted-fields.ts';
import type { Answer, Parts, Request } from './request.ts';
import type { Fate } from '../../../ingest/ingest.ts';

/** White space and NULs before a telegram do not count; those behind it are no part of it. */
const BEFORE = /^[\s\0]+/;

/** `POST /api/v1/datalogger/dsmrreading`: a telegram, in a form. */
export async function postTelegram(request: Request, { office }: Parts): Promise<Answer> {
  const form = formOf(request.headers['content-type'] ?? '', await request.body());
  const text = form?.get('telegram')?.replace(BEFORE, '') ?? '';
  if (text === '') return html(400, 'Invalid data');
  const fate = await office.postTelegram(bytesOf(text));
  if (fate.how === 'rejected') return html(500, 'Failed to parse telegram');
  return fate.how === 'loop' ? looped(fate) : html(201);
}

/** `POST /api/v2/datalogger/dsmrreading`: the values, as a form or as JSON. */
export async function postReading(request: Request, { office, source }: Parts): Promise<Answer> {
  const read = readFields(await valuesOf(request), source.timeZone);
  if ('complaints' in read) return json(400, read.complaints);
  const fate = await office.postReading(read.posted);
  if (fate.how === 'kept') return json(201, printFields(fate.seq, read.posted));
  return fate.how === 'loop' ? looped(fate) : json(400, { non_field_errors: ['Invalid data.'] });
}

/** A byte of the meter is one character. What holds others is no telegram: whatever its bytes are, they are rejected. */
function bytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('latin1') === text ? bytes : Buffer.from(text, 'utf8');
}

/** No answer of DSMR-reader: p1-relay and others stop at it, and show it. */
function looped({ source }: Extract<Fate, { how: 'loop' }>): Answer {
  const body = `p1-relay: this telegram was read here, from source ${source}: an endpoint sends it back to where it comes from`;
  return { status: 409, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}
