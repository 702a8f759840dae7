import { fromLocal } from './amsterdam.ts';
import { CURRENTS, PHASE_POWERS, quantize, type Reading, VOLTAGES } from './reading.ts';

/** The server's "DSMR version" setting: which objects it looks for, and whether it wants a CRC16. */
export type MeterProfile = 'nl' | 'nl-2-3' | 'fluvius' | 'luxembourg';

/** What the server takes out of one telegram: the reading, and the statistics it keeps of the latest telegram only. */
export interface Parsed {
  readonly reading: Omit<Reading, 'timestamp'> & { timestamp: number | null };
  readonly statistics: Record<string, string | number | null>;
}

/** The two ways in which the server fails on a telegram. */
export class ParseError extends Error {}
/** An exception that the server does not catch: it shows as a page with this class and message. */
export class ServerError extends Error {
  readonly exception: string;
  readonly stored: boolean;
  constructor(exception: string, message: string, stored = false) {
    super(message);
    this.exception = exception;
    this.stored = stored;
  }
}

/** The server's CRC check and mapping, quirks included. Throws {@link ParseError}. */
export function parseTelegram(text: string, profile: MeterProfile): Parsed {
  const telegram = text.replace(/^[\s\0]+|[\s\0]+$/g, '');
  if (profile !== 'nl-2-3') verifyChecksum(telegram);
  else if (!/^\/[^]*!/.test(telegram)) throw new ParseError('no telegram');
  return { reading: readFields(telegram, profile), statistics: readStatistics(telegram, profile) };
}

function verifyChecksum(telegram: string): void {
  const match = /^(\/[^!]*(?:![^!]*)*!)([0-9A-Fa-f]{4})$/.exec(telegram);
  if (match === null) throw new ParseError('no checksum');
  const [, covered = '', printed = ''] = match;
  if (naiveCrc16(covered) !== parseInt(printed, 16)) throw new ParseError('checksum mismatch');
}

/** CRC-16/ARC bit by bit over code points, as the DSMR P1 Companion Standard 5.0.2 §6.2 words it. */
function naiveCrc16(text: string): number {
  let crc = 0;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc & 0xffff;
}

const DECIMALS: readonly (readonly [obis: string, field: string, profiles?: readonly MeterProfile[]])[] = [
  ['1.8.0', 'electricity_delivered_1', ['luxembourg']],
  ['2.8.0', 'electricity_returned_1', ['luxembourg']],
  ['1.8.1', 'electricity_delivered_1'],
  ['2.8.1', 'electricity_returned_1'],
  ['1.8.2', 'electricity_delivered_2'],
  ['2.8.2', 'electricity_returned_2'],
  ['1.7.0', 'electricity_currently_delivered'],
  ['2.7.0', 'electricity_currently_returned'],
];
const PHASE_OBIS = ['21.7.0', '41.7.0', '61.7.0', '22.7.0', '42.7.0', '62.7.0'];
const VOLTAGE_OBIS = ['32.7.0', '52.7.0', '72.7.0'];
const CURRENT_OBIS = ['31.7.0', '51.7.0', '71.7.0'];

function readFields(telegram: string, profile: MeterProfile): Parsed['reading'] {
  const values: Record<string, string | number | null> = {};
  for (const [obis, field, profiles] of DECIMALS) {
    if (profiles === undefined || profiles.includes(profile))
      values[field] = decimal(telegram, obis, 3) ?? values[field] ?? null;
  }
  const three = profile === 'nl-2-3';
  PHASE_POWERS.forEach((field, i) => (values[field] = three ? null : decimal(telegram, PHASE_OBIS[i]!, 3)));
  VOLTAGES.forEach((field, i) => (values[field] = three ? null : decimal(telegram, VOLTAGE_OBIS[i]!, 1)));
  CURRENTS.forEach((field, i) => (values[field] = three ? null : wholeAmps(telegram, CURRENT_OBIS[i]!)));
  values['electricity_delivered_2'] ??= '0.000';
  values['electricity_returned_2'] ??= '0.000';
  return { ...values, ...extraDevice(telegram, profile), timestamp: three ? null : clock(telegram) };
}

function clock(telegram: string): number | null {
  return parseTime(last(telegram, '1.0.0', '\\((\\w*)\\)')?.[1] ?? '');
}

function decimal(telegram: string, obis: string, decimals: number): string | null {
  const printed = last(telegram, obis, '\\((-?\\d+\\.?\\d*)(?:\\*\\w+)?\\)')?.[1];
  return printed === undefined ? null : (quantize(printed, decimals) ?? null);
}

function wholeAmps(telegram: string, obis: string): number | null {
  const printed = last(telegram, obis, '\\((-?\\d+\\.?\\d*)\\*A\\)')?.[1];
  return printed === undefined ? null : Math.trunc(Number(printed));
}

/** The device type is never looked at: the last line that has a reading wins, be it gas, water or heat. */
function extraDevice(telegram: string, profile: MeterProfile): Record<string, string | number | null> {
  const found = extraDeviceMatch(telegram, profile);
  const at = parseTime(found?.[1] ?? '');
  const value = found === undefined ? undefined : quantize(found[2]!, 3);
  return { extra_device_timestamp: at, extra_device_delivered: at === null ? null : (value ?? null) };
}

function extraDeviceMatch(telegram: string, profile: MeterProfile): RegExpMatchArray | undefined {
  if (profile === 'nl-2-3')
    return last(telegram, '24.3.0', '\\((\\d{12})\\)(?:\\([^)]*\\))+\\r\\n\\((\\d+\\.?\\d*)\\)');
  const pattern = '\\((\\w*)\\)\\((\\d+\\.?\\d*)(?:\\*\\w+)?\\)';
  const belgian = profile === 'fluvius' ? last(telegram, '24.2.3', pattern) : undefined;
  return belgian ?? last(telegram, '24.2.1', pattern);
}

const STATISTICS: readonly (readonly [obis: string, field: string])[] = [
  ['0.2.8', 'dsmr_version'],
  ['96.14.0', 'electricity_tariff'],
  ['96.7.21', 'power_failure_count'],
  ['96.7.9', 'long_power_failure_count'],
  ['32.32.0', 'voltage_sag_count_l1'],
  ['52.32.0', 'voltage_sag_count_l2'],
  ['72.32.0', 'voltage_sag_count_l3'],
  ['32.36.0', 'voltage_swell_count_l1'],
  ['52.36.0', 'voltage_swell_count_l2'],
  ['72.36.0', 'voltage_swell_count_l3'],
];
const ONLY_TARIFF: readonly MeterProfile[] = ['fluvius', 'nl-2-3'];

function readStatistics(telegram: string, profile: MeterProfile): Parsed['statistics'] {
  const statistics: Record<string, string | number | null> = {};
  for (const [obis, field] of STATISTICS) {
    if (ONLY_TARIFF.includes(profile) && field !== 'electricity_tariff') continue;
    const printed = last(telegram, obis, '\\((\\w*)\\)')?.[1] ?? null;
    statistics[field] = printed === null || field === 'dsmr_version' ? printed : Number(printed);
  }
  return statistics;
}

/** Patterns do not look at the `1-0:` part and need CR LF; of several lines the last that can be read counts. */
function last(telegram: string, obis: string, value: string): RegExpMatchArray | undefined {
  const pattern = new RegExp(`^\\d-\\d:${obis.replaceAll('.', '\\.')}${value}\\r\\n`, 'gm');
  return [...telegram.matchAll(pattern)].at(-1);
}

/** The last character is always cut off: without an S or W the last digit of the seconds goes with it. */
function parseTime(printed: string): number | null {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{1,2})$/.exec(printed.slice(0, -1));
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const local = new Date(Date.UTC(2000 + year, month - 1, day, hour, minute, second));
  const exists =
    local.getUTCMonth() === month - 1 && local.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return exists ? fromLocal(local.getTime(), printed.endsWith('S')) : null;
}
