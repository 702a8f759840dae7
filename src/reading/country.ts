import type { CosemText } from '../telegram/cosem.ts';
import type { Country } from './field.ts';
import { readText } from './text.ts';
import { NETHERLANDS, type Site } from './time.ts';

/**
 * The country whose telegram this looks like; undefined where nothing tells. A guess for people: meters of one maker stand in
 * several countries, and those of Norway and Finland cannot be told from Swedish ones.
 */
export function countryOf({ header, objects }: Pick<CosemText, 'header' | 'objects'>): Country | undefined {
  const message = objects.find(({ obis }) => obis === MESSAGE)?.groups[0] ?? '';
  const looks: Looks = { header, has: new Set(objects.map(({ obis }) => obis)), message: readText(message) };
  return SIGNS.find(([, isThere]) => isThere(looks))?.[0];
}

/**
 * What stamps mean where it is not known where the meter stands: that its telegram looks like one from Lithuania or Israel, two hours
 * east of UTC. All others that can be told are one hour east of it.
 */
export function siteOf(country: Country | undefined): Site {
  return country === 'LT' || country === 'IL' ? TWO_HOURS_EAST : NETHERLANDS;
}

const TWO_HOURS_EAST: Site = { standardOffset: 120 };

interface Looks {
  readonly header: string;
  readonly has: ReadonlySet<string>;
  readonly message: string;
}

const MESSAGE = '0-0:96.13.0';
const [VERSION, EMUCS_VERSION, CLOCK] = ['1-3:0.2.8', '0-0:96.1.4', '0-0:1.0.0'];
const [EQUIPMENT_ID, LOGICAL_DEVICE_NAME, SERIAL_NUMBER] = ['0-0:96.1.1', '0-0:42.0.0', '0-0:96.1.255'];
const [TARIFF_1, TIME_OF_USE_1] = ['1-0:1.8.1', '1-0:1.8.11'];

/** The first that holds. */
const SIGNS: readonly (readonly [Country, (looks: Looks) => boolean])[] = [
  ['CH', ({ header }) => header.startsWith('GRE5')],
  ['BE', ({ has }) => has.has(EMUCS_VERSION)],
  ['LU', ({ header }) => header.startsWith('Lux5')],
  ['AT', ({ header }) => header.startsWith('EST5')],
  ['LU', ({ header, has }) => header.includes('\\253') && has.has(LOGICAL_DEVICE_NAME)],
  ['LT', ({ header, message }) => header.startsWith('ESO5') || message.startsWith('setP1_')],
  ['HU', ({ header, has }) => /^(?:AUX5|SAG5|HLY5)/.test(header) && !has.has(VERSION)],
  ['SE', ({ header, has }) => /^(?:ADN9|KAM5|LGF5|ELL5)/.test(header) && !has.has(EQUIPMENT_ID)],
  ['IL', ({ has }) => has.has(TIME_OF_USE_1)],
  ['DE', ({ has }) => has.has(SERIAL_NUMBER)],
  ['NL', ({ has }) => has.has(VERSION)],
  // DSMR 2.2 and 3.0 have neither a version nor a clock.
  ['NL', ({ has }) => has.has(TARIFF_1) && (has.has(EQUIPMENT_ID) || has.has(LOGICAL_DEVICE_NAME)) && !has.has(CLOCK)],
];
