import { type Answer, exceptionPage, formFields, html, keyFits, type Request, type State } from './api.ts';
import type { Reading } from './reading.ts';
import { ParseError, parseTelegram, type Parsed, ServerError } from './telegram.ts';

const DAY = 24 * 3_600_000;
const FAILED_TO_PARSE = html(500, 'Failed to parse telegram');

/** `POST /api/v1/datalogger/dsmrreading`, its checks in the server's order. */
export function answerV1(request: Request, state: State): Answer {
  if (request.method !== 'POST') return html(405, '', { allow: 'POST, OPTIONS' });
  if (!state.enabled) return html(405, 'API is disabled', { allow: 'POST' });
  if (!keyFits(request, state.key)) return html(403, 'Invalid auth key');
  const telegram = formFields(request)?.get('telegram') ?? '';
  if (strip(telegram) === '') return html(400, 'Invalid data');
  try {
    return storeTelegram(telegram, request, state);
  } catch (error) {
    if (error instanceof ServerError) return exceptionPage(error.exception, error.message);
    throw error;
  }
}

function storeTelegram(telegram: string, request: Request, state: State): Answer {
  const parsed = parseOrCount(telegram, state);
  if (parsed === undefined) return FAILED_TO_PARSE;
  const now = state.now();
  const reading = stamp(parsed, state);
  const latest = Math.max(reading.timestamp, Number(reading['extra_device_timestamp'] ?? 0));
  if (latest > now.getTime() + DAY) return FAILED_TO_PARSE;
  refuseWhatTheDatabaseRefuses(reading);
  const { body, nth } = request;
  state.rows.push({ id: state.rows.length + 1, api: 'v1', arrivedAt: now, request: nth, body, telegram, reading });
  updateStatistics(strip(telegram), parsed, state);
  return html(201, '');
}

/** The meter's times; the server's own where the meter has none, or where it is set to override them. */
function stamp({ reading, statistics }: Parsed, state: State): Reading {
  const now = state.now().getTime();
  if (!state.overridesTimestamps) return { ...reading, timestamp: reading.timestamp ?? now };
  const gasEveryMs = String(statistics['dsmr_version']).startsWith('5') ? 300_000 : 3_600_000;
  const gasAt = reading['extra_device_timestamp'] === null ? null : now - (now % gasEveryMs);
  return { ...reading, timestamp: now, extra_device_timestamp: gasAt };
}

/** White space and NULs around a telegram do not count. */
function strip(telegram: string): string {
  return telegram.replace(/^[\s\0]+|[\s\0]+$/g, '');
}

function parseOrCount(telegram: string, state: State): Parsed | undefined {
  try {
    return parseTelegram(telegram, state.profile);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    state.statistics['rejected_telegrams'] = Number(state.statistics['rejected_telegrams']) + 1;
    return undefined;
  }
}

function refuseWhatTheDatabaseRefuses(reading: Reading): void {
  for (const [field, value] of Object.entries(reading)) {
    const limit = field.startsWith('electricity') ? 1e6 : field.startsWith('phase_voltage') ? 1e3 : Infinity;
    if (Number(value) >= limit) throw new ServerError('InvalidOperation', "[<class 'decimal.InvalidOperation'>]");
    if (value === null && field.startsWith('electricity')) {
      throw new ServerError('IntegrityError', `null value in column "${field}" violates not-null constraint`);
    }
  }
}

/** Comes after the reading was stored, so a fault here leaves the row behind. */
function updateStatistics(telegram: string, parsed: Parsed, state: State): void {
  if (String(parsed.statistics['dsmr_version'] ?? '').length > 2) {
    throw new ServerError('DataError', 'value too long for type character varying(2)');
  }
  if (telegram.includes('\0'))
    throw new ServerError('ValueError', 'A string literal cannot contain NUL (0x00) characters.');
  Object.assign(state.statistics, parsed.statistics, { latest_telegram: telegram });
}
