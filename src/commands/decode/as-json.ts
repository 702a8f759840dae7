import { countryOf, siteOf } from '../../reading/country.ts';
import { describeValues } from '../../reading/describe.ts';
import { devicesOf } from '../../reading/devices.ts';
import { readObjects } from '../../reading/reading.ts';
import { printChecksum, readChecksum } from '../../telegram/checksum.ts';
import { parseCosem } from '../../telegram/cosem.ts';
import type { Encryption } from '../../telegram/decryption.ts';
import { FIRST_BYTE } from '../../telegram/encrypted-frame.ts';
import type { Received } from '../../telegram/receiver.ts';
import type { Finding } from '../../telegram/recognise.ts';
import type { Rejection } from '../../telegram/telegram.ts';
import type { Wording } from './wording.ts';

/** One JSON object a telegram or rejection, one a line, and a last one of counts. */
export const asJson: Wording = {
  item: (found) => toLine('reason' in found ? describeRejection(found) : describeTelegram(found)),
  summary: ({ finding, ...counts }) => toLine({ type: 'summary', ...counts, ...(finding && describeFinding(finding)) }),
};

/** In the words of `ports --json`. */
function describeFinding({ kind, what }: Finding): object {
  return { looksLike: kind, what };
}

function describeTelegram({ raw, receivedAt, checksum, offset, encryption }: Exclude<Received, Rejection>): object {
  const text = parseCosem(raw);
  const { header, objects, unreadable } = text;
  const country = countryOf(text);
  const context = { site: siteOf(country), receivedAt };
  const reading = readObjects(objects, context);
  const { meter, mbus, unread } = reading;
  // A capture may be old: only a meter's own clock tells how late its devices are.
  const devices = devicesOf(reading);
  return {
    type: 'telegram',
    header,
    country,
    checksum: { status: checksum, ...describeChecksum(raw) },
    offset,
    length: raw.length,
    ...(encryption && { encryption: describeEncryption(encryption) }),
    objects: objects.map((object) => ({ obis: object.obis, values: describeValues(object, context) })),
    ...(unreadable.length > 0 && { unreadable }),
    reading: { meter, mbus, ...(unread.length > 0 && { unread }) },
    ...(devices.length > 0 && { devices }),
  };
}

function describeEncryption({ tag, counter, isReplayed }: Encryption): object {
  return { tag, counter, ...(isReplayed && { replayed: true }) };
}

function describeRejection({ reason, raw, offset }: Rejection & { offset: number }): object {
  const checksum = raw[0] === FIRST_BYTE ? undefined : describeChecksum(raw);
  return { type: 'rejected', reason, offset, length: raw.length, ...(checksum && { checksum }) };
}

/** Digits printed and computed; undefined where none are printed. The algorithm is named where it is not the usual one. */
function describeChecksum(raw: Buffer): object | undefined {
  const { printed, computed, algorithm } = readChecksum(raw);
  if (printed === undefined) return undefined;
  return { printed, computed: printChecksum(computed), ...(algorithm !== 'CRC-16/ARC' && { algorithm }) };
}

function toLine(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}
