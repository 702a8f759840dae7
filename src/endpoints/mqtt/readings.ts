import type { Letter } from '../../journal/letter.ts';
import { stateReader } from '../../reading/state-reader.ts';
import type { MeterPlace } from '../endpoint-type.ts';
import type { Publication } from './publication.ts';
import type { Topics } from './topics.ts';

/** Writes what is said of each telegram where all are delivered. */
export class Readings {
  readonly #topics: Topics;
  readonly #readers: ReadonlyMap<string, ReturnType<typeof stateReader>>;

  constructor(topics: Topics, meters: ReadonlyMap<string, MeterPlace>) {
    this.#topics = topics;
    const readers = [...meters].map(
      ([meter, { timeZone, gasChannel }]) => [meter, stateReader(timeZone, gasChannel)] as const,
    );
    this.#readers = new Map(readers);
  }

  /** The number tells apart what comes twice: with QoS 1 a message may. */
  of({ seq, telegram }: Letter): Publication[] {
    const { source, receivedAt } = telegram;
    const read = this.#readers.get(source)?.(telegram);
    if (read === undefined) return [];
    const { state, reading } = read;
    const head = { sequence: seq, time: reading.meter.time ?? null, received_at: receivedAt.toISOString() };
    const payload = JSON.stringify({ ...head, ...state });
    return [{ topic: this.#topics.meterReading(source), payload, qos: 1, retain: false }];
  }
}
