import type { Point as InfluxPoint } from '@influxdata/influxdb-client';
import type { Letter } from '../journal/letter.ts';
import { meterTime } from '../reading/time.ts';
import { stateRows, timeName } from '../reading/state-rows.ts';
import type { MeterState } from '../reading/state.ts';
import type { StateRow } from '../reading/state-row.ts';
import type { MeterPlace } from './endpoint-type.ts';
import { stateReaders } from './states.ts';

type PointType = new (measurement: string) => InfluxPoint;

/** Lines of a batch, and what is known of devices once they are written. */
export interface Lines {
  readonly text: string;
  /** To be called when they were taken. */
  readonly written: () => void;
}

export interface LinesOptions {
  /** On every line, beside `meter`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly meters: ReadonlyMap<string, MeterPlace>;
}

/** The rows that have a place in a database of time series, by the point that they share. */
const POINTS = pointsOf(stateRows());
const TEN_YEARS_S = 315_576_000;

/** InfluxDB's client, which knows how lines are escaped, is loaded here: who has no InfluxDB does not carry it. */
export async function openLineWriter(options: LinesOptions): Promise<LineWriter> {
  const { Point } = await import('@influxdata/influxdb-client');
  return new LineWriter(Point, options);
}

/**
 * Telegrams as lines of InfluxDB's line protocol, times in whole seconds. What the meter itself measures has its time, or when the
 * telegram was received where it has no clock; what a device counts has the time at which it was read, and is written once a change.
 * A line that comes again takes the place of itself.
 */
export class LineWriter {
  readonly #Point: PointType;
  readonly #options: LinesOptions;
  readonly #read: ReturnType<typeof stateReaders>;
  /** By source and medium: the line that was written last. */
  readonly #written = new Map<string, string>();

  constructor(Point: PointType, options: LinesOptions) {
    this.#Point = Point;
    this.#options = options;
    this.#read = stateReaders(options.meters);
  }

  linesOf(letters: readonly Letter[]): Lines {
    const fresh = new Map<string, string>();
    const lines = letters.flatMap((letter) => this.#linesOfOne(letter, fresh));
    return {
      text: lines.join('\n'),
      written: () => {
        for (const [device, line] of fresh) this.#written.set(device, line);
      },
    };
  }

  #linesOfOne(letter: Letter, fresh: Map<string, string>): string[] {
    const { source, raw, receivedAt } = letter.telegram;
    const { state } = this.#read(letter);
    const atS = Math.floor((meterTime(raw) ?? receivedAt).getTime() / 1_000);
    return POINTS.flatMap(({ rows, isOfDevice }) => {
      const line = this.#line(rows, state, source, isOfDevice ? deviceTimeS(rows, state, atS) : atS);
      if (line === undefined || !isOfDevice) return line ?? [];
      const device = `${source} ${rows[0].name}`;
      if ((fresh.get(device) ?? this.#written.get(device)) === line) return [];
      fresh.set(device, line);
      return line;
    });
  }

  /** Undefined where the meter has nothing of it. */
  #line(rows: PointRows, state: MeterState, source: string, atS: number): string | undefined {
    const [{ point: place }] = rows;
    const point = new this.#Point(place.measurement);
    for (const [name, value] of Object.entries({ ...this.#options.tags, meter: source })) point.tag(name, value);
    if (place.tag !== undefined) point.tag(...place.tag);
    for (const row of rows) addField(point, row, state[row.name]);
    // Whole seconds, as the request says.
    return point.timestamp(String(atS)).toLineProtocol();
  }
}

type PlacedRow = StateRow & { readonly point: NonNullable<StateRow['point']> };
type PointRows = readonly [PlacedRow, ...PlacedRow[]];

interface PointGroup {
  readonly rows: PointRows;
  /** A device on the M-Bus, which is read at times of its own. */
  readonly isOfDevice: boolean;
}

function pointsOf(rows: readonly StateRow[]): readonly PointGroup[] {
  const groups = new Map<string, [PlacedRow, ...PlacedRow[]]>();
  for (const row of rows) {
    if (row.point === undefined) continue;
    const placed = { ...row, point: row.point };
    const { measurement, tag } = row.point;
    const key = `${measurement} ${tag?.join('=') ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [placed]);
    else group.push(placed);
  }
  return [...groups.values()].map((group) => ({ rows: group, isOfDevice: group[0].point.tag?.[0] === 'medium' }));
}

function addField(
  point: InfluxPoint,
  { point: { field }, isWhole }: PlacedRow,
  value: number | string | undefined,
): void {
  if (typeof value !== 'number') return;
  if (isWhole === true) point.intField(field, value);
  else point.floatField(field, value);
}

/** When a device was read; when the telegram was printed where that cannot be. */
function deviceTimeS([{ name }]: PointRows, state: MeterState, atS: number): number {
  const readS = Math.floor(Date.parse(String(state[timeName(name)])) / 1_000);
  return readS > atS - TEN_YEARS_S && readS <= atS + 86_400 ? readS : atS;
}
