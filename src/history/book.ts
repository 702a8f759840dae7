import type { Migrations } from '../storage/sqlite.ts';

/** The file in the state directory: one of its own, whose faults are nobody else's. */
export const BOOK_FILE = 'book.db';

/** Something that was turned down. Times are milliseconds since 1970. */
export interface KeptDenial {
  readonly id: number;
  readonly atMs: number;
  readonly kind: 'telegram' | 'delivery' | 'request';
  readonly reason: string;
  readonly text: string;
  readonly source: string | null;
  readonly endpoint: string | null;
  readonly client: string | null;
}

/** Who used what is known here, or what it is known from. */
export interface KeptVisit {
  readonly id: number;
  readonly kind: 'login' | 'sse' | 'ws' | 'tcp' | 'source' | 'endpoint';
  readonly user: string | null;
  readonly client: string | null;
  readonly address: string | null;
  readonly startMs: number;
  /** Null while it goes on. */
  readonly endMs: number | null;
  /** Of the last item. */
  readonly lastMs: number;
  readonly items: number;
  readonly message: string;
}

/** What is to be kept; a visit takes the place of the one with its id. */
export interface Entries {
  readonly denials: readonly KeptDenial[];
  readonly visits: readonly KeptVisit[];
}

/** The highest ids that were used. */
export interface BookEnds {
  readonly denial: number;
  readonly visit: number;
}

/** A source or an endpoint has one visit a start of the service. */
export const bookMigrations: Migrations = [
  `
  CREATE TABLE denial(
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    endpoint TEXT,
    client TEXT
  );
  CREATE TABLE visit(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    user TEXT,
    client TEXT,
    address TEXT,
    start_at INTEGER NOT NULL,
    end_at INTEGER,
    last_at INTEGER NOT NULL,
    items INTEGER NOT NULL,
    message TEXT NOT NULL
  );
  CREATE UNIQUE INDEX visit_of_part ON visit(kind, client, start_at) WHERE kind IN ('source', 'endpoint');
  `,
];
