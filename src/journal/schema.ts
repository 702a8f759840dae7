import type { Migrations } from '../storage/sqlite.ts';

/**
 * The journal's tables. One row a telegram, shared by all endpoints; one cursor an endpoint. A step that was released
 * is never edited: a change is a new step.
 */
export const migrations: Migrations = [
  `
  CREATE TABLE telegram(
    seq INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    at INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    dictionary INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    body BLOB NOT NULL
  );
  CREATE TABLE source(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE dictionary(id INTEGER PRIMARY KEY, source INTEGER NOT NULL, last_seq INTEGER, crc INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE TABLE dictionary_copy(id INTEGER PRIMARY KEY, crc INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE TABLE endpoint(
    name TEXT PRIMARY KEY,
    source INTEGER,
    acked INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0,
    thinned INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    buried INTEGER NOT NULL DEFAULT 0,
    placed INTEGER NOT NULL DEFAULT 1
  ) WITHOUT ROWID;
  CREATE TABLE dead(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    seq INTEGER NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    buried_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    retry INTEGER NOT NULL DEFAULT 0,
    crc INTEGER NOT NULL,
    body BLOB NOT NULL
  );
  CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
  INSERT INTO meta VALUES ('reserved', 0), ('next', 1), ('syncs', 0);
  `,
  `
  ALTER TABLE endpoint ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE endpoint ADD COLUMN found INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE endpoint ADD COLUMN possibly_twice INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE endpoint ADD COLUMN possibly_lost INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE endpoint ADD COLUMN thinned_to INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE endpoint ADD COLUMN doubt TEXT DEFAULT 'sending';
  ALTER TABLE dead ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE replay(
    endpoint TEXT PRIMARY KEY,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    position INTEGER NOT NULL,
    last INTEGER NOT NULL,
    interval_ms INTEGER NOT NULL,
    rate TEXT NOT NULL,
    sent INTEGER NOT NULL DEFAULT 0,
    found INTEGER NOT NULL DEFAULT 0,
    thinned INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  `,
];

/** How a telegram's checksum is written in a row. The order is on disk: append only. */
export const CHECKSUMS = ['valid', 'absent', 'repaired'] as const;
