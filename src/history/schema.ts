import type { Migrations } from '../storage/sqlite.ts';

/** What a minute is, wherever it stands; `counted` registers go on over all epochs, `tariffs` holds those of each tariff as JSON. */
const MINUTE = `
  id INTEGER PRIMARY KEY,
  meter INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  tariff INTEGER,
  samples INTEGER NOT NULL,
  seconds INTEGER NOT NULL,
  imported INTEGER NOT NULL,
  exported INTEGER NOT NULL,
  counted_import INTEGER,
  counted_export INTEGER,
  tariffs TEXT,
  powers INTEGER NOT NULL,
  power_sum INTEGER NOT NULL,
  power_max INTEGER,
  power_min INTEGER,
  p1 INTEGER, p2 INTEGER, p3 INTEGER, p4 INTEGER, p5 INTEGER, p6 INTEGER,
  revision INTEGER NOT NULL
`;

/**
 * The tables of the history. All times are Unix seconds. A step that was released is never edited: a change is a new step.
 * `p1` to `p6` are joules: import of phases 1 to 3, then export.
 */
export const migrations: Migrations = [
  `
  CREATE TABLE meter(
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    medium TEXT NOT NULL,
    unit TEXT NOT NULL,
    channel INTEGER,
    time_zone TEXT NOT NULL,
    manufacturer TEXT,
    model TEXT,
    version TEXT,
    capacity INTEGER,
    first_at INTEGER,
    baseline TEXT,
    spacing INTEGER,
    standing TEXT,
    before TEXT
  );
  CREATE TABLE epoch(
    meter INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    equipment TEXT,
    shifts TEXT NOT NULL,
    PRIMARY KEY(meter, epoch)
  ) WITHOUT ROWID;
  CREATE TABLE minute(${MINUTE});
  CREATE UNIQUE INDEX minute_end ON minute(meter, end_at);
  CREATE TABLE minute_before(${MINUTE});
  CREATE UNIQUE INDEX minute_before_end ON minute_before(meter, end_at);
  CREATE TABLE bucket(
    meter INTEGER NOT NULL,
    resolution INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    imported INTEGER NOT NULL,
    exported INTEGER NOT NULL,
    tariffs TEXT,
    seconds INTEGER NOT NULL,
    powers INTEGER NOT NULL,
    power_sum INTEGER NOT NULL,
    power_max INTEGER,
    power_min INTEGER,
    p1 INTEGER, p2 INTEGER, p3 INTEGER, p4 INTEGER, p5 INTEGER, p6 INTEGER,
    estimated INTEGER NOT NULL,
    PRIMARY KEY(meter, resolution, start_at)
  ) WITHOUT ROWID;
  CREATE TABLE gap(
    meter INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    moved TEXT NOT NULL,
    PRIMARY KEY(meter, from_at)
  ) WITHOUT ROWID;
  CREATE TABLE trouble(source TEXT NOT NULL, at INTEGER NOT NULL, cause TEXT NOT NULL);
  CREATE INDEX trouble_at ON trouble(at);
  CREATE TABLE missed(endpoint TEXT NOT NULL, at INTEGER NOT NULL, letters INTEGER NOT NULL);
  CREATE TABLE cursor(source TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // Under 'expired': the highest id that retention took from below all others.
  `
  CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  `,
];

/** How a resolution is written in a row of `bucket`. The numbers are on disk. */
export const STORED = { hours: 1, days: 2, months: 3 } as const;
export type Stored = keyof typeof STORED;
