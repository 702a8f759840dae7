import { countryOf, siteOf } from '../../reading/country.ts';
import type { Country } from '../../reading/field.ts';
import { claimOf, readObjects, type Place, type Reading } from '../../reading/reading.ts';
import type { Context } from '../../reading/time.ts';
import { printChecksum, readChecksum } from '../../telegram/checksum.ts';
import { parseCosem, type CosemObject } from '../../telegram/cosem.ts';
import type { Encryption } from '../../telegram/decryption.ts';
import type { Received } from '../../telegram/receiver.ts';
import type { Checksum, Rejection } from '../../telegram/telegram.ts';
import { show } from './caret.ts';
import { explainDevices } from './devices.ts';
import { entriesOf, linesOf } from './lines.ts';
import { explainEntry, row } from './objects.ts';

/** Who sent a telegram, whether it is whole, what each of its lines says, and what stands behind the meter. */
export function explainTelegram(telegram: Exclude<Received, Rejection>): string[] {
  const { raw, receivedAt, encryption } = telegram;
  const text = parseCosem(raw);
  const country = countryOf(text);
  const context = { site: siteOf(country), receivedAt };
  const reading = readObjects(text.objects, context);
  const entries = entriesOf(linesOf(raw));
  return [
    `${show(text.header)}: ${[`manufacturer ${show(text.header.slice(0, 3))}`, ...sayVersion(reading), ...sayCountry(country)].join(', ')}`,
    sayChecksum(telegram),
    ...(encryption === undefined ? [] : [sayEncryption(encryption)]),
    row('byte', 'object', 'value', 'meaning'),
    ...entries.flatMap((entry) => explainEntry(entry, context, country)),
    ...sayTwice(text.objects, context),
    ...explainDevices(reading),
  ];
}

/** Fields that are printed more than once, be it by different references. */
function sayTwice(objects: readonly CosemObject[], context: Context): string[] {
  const printed = new Map<Place, string[]>();
  for (const object of objects) {
    const { place, value } = claimOf(object, context) ?? {};
    if (place !== undefined && value !== undefined) printed.set(place, [...(printed.get(place) ?? []), object.obis]);
  }
  return [...printed.values()].filter(({ length }) => length > 1).map(sayLastCounts);
}

function sayLastCounts(references: readonly string[]): string {
  const different = [...new Set(references)];
  const what = different.length > 1 ? 'stand for the same' : 'is there more than once';
  return `${different.join(' and ')} ${what}: the last value counts`;
}

function sayVersion({ meter: { version, emucsVersion } }: Reading): string[] {
  if (emucsVersion !== undefined) return [`e-MUCS ${show(emucsVersion)}`];
  return version === undefined ? [] : [`P1 version ${show(version.replace(/^(\d)(\d)$/, '$1.$2'))}`];
}

function sayCountry(country: Country | undefined): string[] {
  return country === undefined ? [] : [`looks like one from ${COUNTRIES[country]}`];
}

const COUNTRIES: Readonly<Record<Country, string>> = {
  NL: 'the Netherlands',
  BE: 'Belgium',
  LU: 'Luxembourg',
  SE: 'Sweden, Norway or Finland',
  NO: 'Norway',
  FI: 'Finland',
  LT: 'Lithuania',
  HU: 'Hungary',
  CH: 'Switzerland',
  AT: 'Austria',
  DE: 'Germany',
  IL: 'Israel',
};

const VERDICTS: Readonly<Record<Checksum, string>> = {
  valid: 'is right',
  repaired: 'is right once the line ends that something changed on the way are put back',
  absent: 'no CRC16 is printed; it looks like a whole telegram in all other ways',
};

function sayChecksum({ raw, checksum }: Exclude<Received, Rejection>): string {
  const { computed, algorithm } = readChecksum(raw);
  const name = algorithm === 'CRC-16/ARC' ? 'CRC16' : algorithm;
  return checksum === 'absent' ? VERDICTS.absent : `${name} ${printChecksum(computed)} ${VERDICTS[checksum]}`;
}

function sayEncryption({ tag, counter, isReplayed }: Encryption): string {
  const again = isReplayed
    ? '; this number is not beyond the one before: it came again, or the meter has a new key'
    : '';
  return `it came encrypted, in frame ${counter}; its tag is ${tag}${again}`;
}
