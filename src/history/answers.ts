/** What the history answers. All times are Unix seconds (UTC); energy, volume and power are whole numbers of their unit. */

export type Medium = 'electricity' | 'gas' | 'water' | 'warm water' | 'heat' | 'cold' | 'other';

/** Of registers and usage: Wh for electricity, dm3 (litres) for volumes, MJ for heat and cold. */
export type RegisterUnit = 'Wh' | 'dm3' | 'MJ';

/** Where something is metered: the meter that hangs there may be swapped, the place keeps its name. */
export interface Meter {
  /** `home`, `home-gas`, `home-water-2`: made of the source's name. It holds no serial number. */
  readonly id: string;
  readonly source: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  /** Of the M-Bus; undefined for the electricity meter itself, and for gas, which is found whatever its channel. */
  readonly channel: number | undefined;
  /** As the header says; undefined where values were posted. */
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  /** As printed: `50`, `50217`. */
  readonly version: string | undefined;
  /** IANA name: its days are those of this zone. */
  readonly timeZone: string;
  readonly firstAtS: number;
  readonly lastAtS: number;
  /** Behind so many seconds since its last value there is a gap; a minute that is not over is not seen yet. */
  readonly silentAfterS: number;
  /** What may flow at most, by its limiter or fuse; undefined where nobody says. */
  readonly capacityW: number | undefined;
  /** One more for each meter that was put in its place, and each time that a register began anew. */
  readonly epochs: number;
}

/** One register of a meter, as last printed. */
export interface Register {
  /** As in `p1-relay fields`: `energyDelivered1`. */
  readonly name: string;
  readonly obis: string;
  readonly about: string;
  readonly unit: RegisterUnit;
  readonly value: number;
  readonly atS: number;
}

/** A minute of a meter. `(meter, endS)` is unique; `id` only grows, and a corrected minute has a new one. */
export interface MinuteRecord {
  readonly id: number;
  readonly meter: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  /** The minute is what lies behind `endS - 60`, up to and with `endS`. */
  readonly endS: number;
  /** As the meter says. */
  readonly tariff: number | undefined;
  /** What was used within the minute, in `unit`, without what moved in a gap before it. */
  readonly imported: number;
  readonly exported: number;
  /** As the meter shows them at the end, all tariffs together. */
  readonly importRegister: number | undefined;
  readonly exportRegister: number | undefined;
  /** Import minus export. */
  readonly powerMeanW: number | undefined;
  readonly powerMaxW: number | undefined;
  readonly powerMinW: number | undefined;
  readonly capacityW: number | undefined;
  /** Telegrams, of an M-Bus meter values. */
  readonly samples: number;
  /** Share of the expected seconds that was seen, 0 to 1. */
  readonly coverage: number;
  readonly revision: number;
}

export interface RecordsAsk {
  /** Records with this id and above; 0 is the oldest kept. */
  readonly startingId: number;
  readonly limit: number;
  readonly offset: number;
  readonly meter?: string | undefined;
  /** Minutes that end behind `fromS`, up to and with `toS`. */
  readonly fromS?: number | undefined;
  readonly toS?: number | undefined;
}

export interface RecordsPage {
  readonly records: readonly MinuteRecord[];
  /** The lowest id that is kept; undefined where there is none. */
  readonly oldestId: number | undefined;
  /** Retention took records from `startingId` on (not a correction): an answer would hide that (410). */
  readonly isExpired: boolean;
}

export type Resolution = 'minutes' | 'quarters' | 'hours' | 'days' | 'weeks' | 'months';
export type Split = 'none' | 'tariff' | 'direction' | 'phase' | 'meter';

export interface UsageAsk {
  /** The first bucket is the one that holds it. */
  readonly fromS: number;
  /** Exclusive. */
  readonly toS: number;
  readonly resolution: Resolution;
  readonly medium: Medium;
  /** One meter; undefined: all of the medium, added up. */
  readonly meter?: string | undefined;
  readonly split: Split;
  /** IANA name; by default that of the first meter. */
  readonly timeZone?: string | undefined;
  /** Leaves out buckets that begin on a Saturday or Sunday. */
  readonly ignoresWeekends?: boolean | undefined;
  /** More buckets than this are refused with {@link TooManyBuckets}. */
  readonly mostBuckets: number;
  /** By default all. */
  readonly page?: BucketsPage | undefined;
}

/** A part of the buckets of a period; only these are looked at. */
export interface BucketsPage {
  /** So many are left out before, seen from the newest on where `isNewestFirst`. */
  readonly offset: number;
  /** Points at most: where there are several series, or meters are added up, each counts. */
  readonly limit: number;
  readonly isNewestFirst: boolean;
}

/** What was used in one bucket of the calendar. */
export interface Bucket {
  readonly fromS: number;
  /** Exclusive. */
  readonly toS: number;
  /** Whole `unit`s; buckets add up to the difference of the registers. */
  readonly imported: number;
  readonly exported: number;
  /** Mean, highest and lowest of import minus export; undefined where no power was read. */
  readonly powerMeanW: number | undefined;
  readonly powerMaxW: number | undefined;
  readonly powerMinW: number | undefined;
  /** Share of the expected seconds that was seen, 0 to 1. */
  readonly coverage: number;
  /** A boundary lies in a gap, or it is integrated from power. */
  readonly isEstimated: boolean;
}

/** `value` of a tariff is its number, of a direction `import` or `export`, of a phase `1` to `3`, of a meter its id. */
export interface Marker {
  readonly key: Exclude<Split, 'none'>;
  readonly value: string;
}

export interface UsageSeries {
  /** Undefined where nothing was split. */
  readonly marker: Marker | undefined;
  readonly buckets: readonly Bucket[];
}

export interface Usage {
  readonly resolution: Resolution;
  readonly unit: RegisterUnit;
  readonly timeZone: string;
  readonly capacityW: number | undefined;
  /** Of a page: from which bucket of the period up to which, and how many there are; in the order that was asked for. */
  readonly place: BucketsPlace;
  /** Oldest first. */
  readonly series: readonly UsageSeries[];
}

export interface BucketsPlace {
  readonly offset: number;
  readonly limit: number;
  readonly count: number;
}

/** A month, by the values of a split and by meter. */
export interface AggregateAsk {
  /** Any moment of the month. */
  readonly atS: number;
  readonly medium: Medium;
  readonly meter?: string | undefined;
  /** A row for each meter. */
  readonly isByMeter: boolean;
  readonly split: Split;
  readonly timeZone?: string | undefined;
}

export interface AggregateRow extends Omit<UsageSeries, 'buckets'> {
  /** Undefined: all of the medium. */
  readonly meter: string | undefined;
  readonly unit: RegisterUnit;
  readonly bucket: Bucket;
}

/** Why no telegram was accepted; `unknown` where nobody was there to see it. */
export type GapCause = 'agent' | 'disk' | 'port' | 'checksum' | 'silent' | 'unknown';

/** A stretch without accepted telegrams. */
export interface Gap {
  readonly meter: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  /** The last reading before it, and the first behind it. */
  readonly fromS: number;
  readonly toS: number;
  readonly cause: GapCause;
  /** What moved in it, by the registers. */
  readonly imported: number;
  readonly exported: number;
}

export interface GapsAsk {
  readonly fromS: number;
  readonly toS: number;
  readonly meter?: string | undefined;
  readonly leastSeconds: number;
  readonly limit: number;
}

/** Letters that an endpoint will never get although they were accepted: the journal outgrew its size. */
export interface MissedByEndpoint {
  readonly endpoint: string;
  readonly letters: number;
  /** When that was noticed: first and last. */
  readonly fromS: number;
  readonly toS: number;
}

/** By the registers between the first and the last minute that end in a period: `unaccounted` must be 0. */
export interface Balance {
  readonly meter: string;
  readonly unit: RegisterUnit;
  readonly fromS: number;
  readonly toS: number;
  readonly registerImported: number;
  readonly registerExported: number;
  readonly recordsImported: number;
  readonly recordsExported: number;
  readonly gapsImported: number;
  readonly gapsExported: number;
  readonly unaccounted: number;
}

/** Where a history stands. */
export interface HistoryState {
  readonly records: number;
  readonly oldestId: number | undefined;
  readonly newestId: number | undefined;
  /** End of the oldest and of the newest minute. */
  readonly oldestS: number | undefined;
  readonly newestS: number | undefined;
  readonly bytes: number;
}

/** A period has more buckets than one answer may. */
export class TooManyBuckets extends Error {
  override readonly name = 'TooManyBuckets';
  readonly most: number;
  /** The finest resolution that fits; undefined where none does. */
  readonly fitting: Resolution | undefined;

  constructor(most: number, fitting: Resolution | undefined) {
    super(`the period has more than ${most} buckets; expected ${fitting ?? 'a shorter period'}`);
    this.most = most;
    this.fitting = fitting;
  }
}

/** No meter has that id. */
export class UnknownMeter extends Error {
  override readonly name = 'UnknownMeter';
}
