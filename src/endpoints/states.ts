import type { Letter } from '../journal/letter.ts';
import { stateReader, type StateReading } from '../reading/state-reader.ts';
import type { MeterState } from '../reading/state.ts';
import type { MeterPlace } from './endpoint-type.ts';

/** A telegram as a program of the user's own is given it. */
export interface StateOfLetter extends MeterState {
  /** The source it came from. */
  readonly meter: string;
  /** Grows with each telegram of this service; never used twice. */
  readonly sequence: number;
  /** What the meter's clock said; when the telegram was received where it has none. RFC 3339. */
  readonly time: string;
  /** RFC 3339. */
  readonly received_at: string;
}

/** Reads telegrams of several meters, one behind the other. @param pass what of a state may be told. */
export function statesOf(
  meters: ReadonlyMap<string, MeterPlace>,
  pass: (source: string, read: StateReading) => MeterState = (_, { state }) => state,
): (letter: Letter) => StateOfLetter {
  const read = stateReaders(meters);
  return (letter) => {
    const { source, receivedAt } = letter.telegram;
    const known = read(letter);
    const [state, { reading }] = [pass(source, known), known];
    const received_at = receivedAt.toISOString();
    return { meter: source, sequence: letter.seq, time: reading.meter.time ?? received_at, received_at, ...state };
  };
}

/** The same, with the reading: a reader for each source, as what it knows is of one meter. */
export function stateReaders(meters: ReadonlyMap<string, MeterPlace>): (letter: Letter) => StateReading {
  const readers = new Map<string, (telegram: Letter['telegram']) => StateReading>();
  return ({ telegram }) => {
    const { source } = telegram;
    const { timeZone = 'Europe/Amsterdam', gasChannel } = meters.get(source) ?? {};
    const reader = readers.get(source) ?? stateReader(timeZone, gasChannel);
    readers.set(source, reader);
    return reader(telegram);
  };
}
