import { createHash } from 'node:crypto';
import type { OpenOptions } from '../../../src/journal/open.ts';
import type { Incoming } from '../../../src/journal/crossing.ts';
import { incoming } from '../journal.ts';

/** The file, in the folder under record, in which the program says what it does: its writes stand among the others. */
export const MARKS = 'marks';

/** What the program under record is to do. */
export interface Life {
  readonly folder: string;
  readonly seed: number;
  readonly steps: number;
  readonly syncIntervalMs: number;
  /** The number of its first telegram; a later one has a higher number. */
  readonly firstNumber: number;
}

/** What the program says before it asks the journal for something, and when the journal has done it. */
export interface Mark {
  readonly when: 'begins' | 'returned';
  readonly step: 'open' | 'append' | 'keep' | 'write' | 'sync' | 'bury' | 'dropDead' | 'tidy' | 'close';
  /** The clock that the journal was given. */
  readonly nowMs: number;
  /** Where the endpoints stand in memory, by name. */
  readonly acked: Readonly<Record<string, number>>;
  /** The telegrams of an append. */
  readonly numbers?: readonly number[];
  /** The sequence numbers that an append gave them. */
  readonly seqs?: readonly number[];
  /** The dead letter, as {@link deadLetterName} names it. */
  readonly dead?: string;
  /** Letters from this sequence number on are to be kept. */
  readonly keptFrom?: number;
}

export const deadLetterName = (endpoint: string, seq: number): string => `${endpoint} ${seq}`;

/** Who gets what: one endpoint gets all, the others a source each. */
const ENDPOINTS = [
  { name: 'all', source: undefined },
  { name: 'house', source: 'house' },
  { name: 'barn', source: 'barn' },
] as const;

export const ENDPOINT_NAMES = ENDPOINTS.map(({ name }) => name);

export const sourceOf = (endpoint: string): string | undefined =>
  ENDPOINTS.find(({ name }) => name === endpoint)?.source;

/** How the journal is opened, under record and behind a cut: it keeps little, so that it deletes and fills up again. */
export const journalOptions = (folder: string, syncIntervalMs: number, nowMs: () => number): OpenOptions => ({
  folder,
  endpoints: ENDPOINTS,
  syncIntervalMs,
  nowMs,
  keepMs: Infinity,
  keepBytes: 50_000,
  maxBytes: 100e6,
});

/** The n-th telegram: a few digits of difference, or up to 3 kB that do not pack. */
export function telegramOf(n: number): Incoming {
  const plain = incoming(n, n % 3 === 0 ? 'barn' : 'house');
  const noise = Array.from({ length: n % 5 === 0 ? n % 47 : 0 }, (_, part) =>
    createHash('sha512').update(`${n} ${part}`).digest(),
  );
  return { ...plain, raw: Buffer.concat([plain.raw, ...noise]) };
}
