import type { Database } from '../storage/sqlite.ts';
import type { Mirror } from './commits.ts';
import type { Passed } from './cursors.ts';

/** A kept period that is to be sent to an endpoint once more. */
export interface ReplayPlan {
  readonly endpoint: string;
  /** The period by when its telegrams were received, both ends included, in milliseconds since 1970. */
  readonly fromAt: number;
  readonly toAt: number;
  /** One telegram in this time; 0 is every one. */
  readonly intervalMs: number;
  /** Telegrams a second, or as an endpoint's `rate`. */
  readonly rate: 'adaptive' | 'off' | number;
}

/** A replay that has begun. */
export interface ReplayState extends ReplayPlan {
  /** The newest letter that is done with. */
  readonly position: number;
  /** The last letter of the period. */
  readonly last: number;
  readonly sent: number;
  /** Not sent, because the far side had it. */
  readonly found: number;
  readonly thinned: number;
  readonly refused: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Replay = Mutable<ReplayState>;

interface ReplayRow {
  readonly endpoint: string;
  readonly from_at: number;
  readonly to_at: number;
  readonly position: number;
  readonly last: number;
  readonly interval_ms: number;
  readonly rate: string;
  readonly sent: number;
  readonly found: number;
  readonly thinned: number;
  readonly refused: number;
}

/** What is sent once more, at most one period an endpoint. How far it is rides along with every commit. */
export class Replays implements Mirror {
  readonly #db: Database;
  readonly #unwritten = new Set<string>();
  #replays: ReadonlyMap<string, Replay> = new Map();
  #beforeTransaction = this.#replays;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Those that were under way when the journal was closed, once the endpoints have their names. */
  place(): void {
    const rows = this.#db.prepare<[], ReplayRow>('SELECT * FROM replay').all();
    this.#replays = new Map(rows.map((row) => [row.endpoint, fromRow(row)]));
  }

  of(endpoint: string): ReplayState | undefined {
    return this.#replays.get(endpoint);
  }

  /** Letters up to the number returned are needed by no replay. */
  lowest(): number {
    return Math.min(Infinity, ...[...this.#replays.values()].map(({ position }) => position));
  }

  start(replay: ReplayState): void {
    this.#replays = new Map([...this.#replays, [replay.endpoint, { ...replay }]]);
    this.#unwritten.add(replay.endpoint);
  }

  /** @returns how far it came. */
  end(endpoint: string): ReplayState | undefined {
    const ended = this.#replays.get(endpoint);
    if (ended === undefined) return undefined;
    this.#replays = new Map([...this.#replays].filter(([name]) => name !== endpoint));
    this.#unwritten.add(endpoint);
    return ended;
  }

  pass({ endpoint, seq, how, proof }: Passed): void {
    const replay = this.#replays.get(endpoint);
    if (replay === undefined) return;
    replay.position = Math.max(replay.position, seq);
    if (how === 'thinned') replay.thinned += 1;
    else if (how !== 'delivered') replay.refused += 1;
    else if (proof === 'found') replay.found += 1;
    else replay.sent += 1;
    this.#unwritten.add(endpoint);
  }

  get areWritten(): boolean {
    return this.#unwritten.size === 0;
  }

  begin(): void {
    this.#beforeTransaction = new Map([...this.#replays].map(([name, replay]) => [name, { ...replay }]));
  }

  write(): void {
    for (const name of this.#unwritten) {
      const replay = this.#replays.get(name);
      if (replay === undefined) this.#db.prepare('DELETE FROM replay WHERE endpoint = ?').run(name);
      else this.#insert(replay);
    }
  }

  committed(): void {
    this.#unwritten.clear();
  }

  rolledBack(): void {
    this.#replays = this.#beforeTransaction;
  }

  #insert({ rate, ...replay }: Replay): void {
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO replay(endpoint, from_at, to_at, position, last, interval_ms, rate, sent, found, thinned, refused)
         VALUES (:endpoint, :fromAt, :toAt, :position, :last, :intervalMs, :rate, :sent, :found, :thinned, :refused)`,
      )
      .run({ ...replay, rate: String(rate) });
  }
}

function fromRow({ from_at, to_at, interval_ms, rate, ...row }: ReplayRow): Replay {
  const read = rate === 'adaptive' || rate === 'off' ? rate : Number(rate);
  return { ...row, fromAt: from_at, toAt: to_at, intervalMs: interval_ms, rate: read };
}
