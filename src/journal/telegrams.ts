import type { Checksum } from '../telegram/telegram.ts';
import type { Dictionaries } from './dictionaries.ts';
import { inOrder } from './order.ts';
import { CHECKSUMS } from './schema.ts';
import { slice } from './slice.ts';
import type { Sources } from './sources.ts';
import type { NumberedStamp, Stamp, Statements, TelegramRow } from './statements.ts';

/** A telegram as it lies in the journal; `raw` is undefined where its row is damaged. */
export interface Row {
  readonly seq: number;
  readonly source: string;
  readonly at: number;
  readonly checksum: Checksum;
  readonly raw: Buffer | undefined;
}

/** Telegrams behind the number `after`, up to and with `upTo`, that were received from `from` on and before `to`. */
export interface PageAsk {
  readonly after: number;
  readonly upTo: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Undefined: of all. */
  readonly source: string | undefined;
}

/** A part of what was asked for, from its beginning. */
export interface Page {
  /** How far it got: the next page begins behind it. */
  readonly upTo: number;
  readonly rows: readonly Row[];
}

/** What one page holds in memory at most, and a telegram. */
const PAGE_BYTES = 256_000;

export interface TelegramsParts {
  readonly statements: Statements;
  readonly sources: Sources;
  readonly dictionaries: Dictionaries;
  /** A clock that is never set, in milliseconds. */
  readonly nowMs: () => number;
}

/** The telegrams of the journal, as they are read. */
export class Telegrams {
  readonly #parts: TelegramsParts;

  constructor(parts: TelegramsParts) {
    this.#parts = parts;
  }

  /** Telegrams of one source (or of all) behind a number, oldest first; `newest` is the highest number there can be. */
  read(after: number, limit: number, source: string | undefined, newest: number): Row[] {
    const { statements, sources } = this.#parts;
    // One more than asked for: whether the last one is in order shows in the one behind it.
    const most = limit + 1;
    const rows =
      source === undefined
        ? statements.read.all(after, most)
        : statements.readSource.all(after, sources.known(source), most);
    return inOrder(rows, [after, newest])
      .slice(0, limit)
      .map((row) => this.#unpack(row));
  }

  /** The telegrams of a source just before a number, oldest first, those not that the endpoint refused. */
  before(endpoint: string | undefined, seq: number, limit: number, source: string): Row[] {
    const { statements, sources } = this.#parts;
    const rows = statements.readBefore.all(seq, sources.known(source), endpoint ?? null, limit);
    return rows.reverse().map((row) => this.#unpack(row));
  }

  /** The oldest behind a number. */
  oldestBehind(after: number, source: number | null): Stamp | undefined {
    return this.#parts.statements.oldestBehind.get(after, source, source);
  }

  /** @throws what SQLite finds wrong with the first row that was asked for. */
  page({ after, upTo, from, to, source }: PageAsk): Page {
    const { statements, sources, nowMs } = this.#parts;
    const only = source === undefined ? undefined : sources.known(source);
    const rows: Row[] = [];
    let bytes = 0;
    const reached = slice(statements.stamps(after, upTo), { after, upTo, nowMs }, (stamp, before) => {
      if (stamp.at < from || stamp.at >= to || (only ?? stamp.source) !== stamp.source) return true;
      const row = this.#find(stamp, before);
      rows.push(row);
      bytes += row.raw?.length ?? 0;
      return bytes < PAGE_BYTES;
    });
    return { upTo: reached, rows };
  }

  /** Without bytes where its number, or that of a neighbour, is damaged: what stands under it is another telegram then. */
  #find({ number: seq, at, source }: NumberedStamp, before: number): Row {
    const { statements, sources } = this.#parts;
    const row = seq > before ? statements.one.get(seq) : undefined;
    if (row !== undefined) return this.#unpack(row);
    return { seq, at, checksum: 'valid', source: sources.name(source), raw: undefined };
  }

  #unpack(row: TelegramRow): Row {
    const { sources, dictionaries } = this.#parts;
    return {
      seq: row.seq,
      at: row.at,
      checksum: CHECKSUMS[row.checksum] ?? 'valid',
      source: sources.name(row.source),
      raw: dictionaries.unpack(row, row.dictionary),
    };
  }
}
