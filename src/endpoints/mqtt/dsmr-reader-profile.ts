import type { Letter } from '../../journal/letter.ts';
import { localTime } from '../../reading/local-time.ts';
import { isPosted } from '../../reading/posted.ts';
import { readingWithFields } from '../reading-fields.ts';
import type { Prices } from '../dsmr-costs.ts';
import { DayConsumption } from './dsmr-reader/day-consumption.ts';
import { meterStatistics, readingValues } from './dsmr-reader/fields.ts';
import { GasConsumption } from './dsmr-reader/gas.ts';
import { QuarterHour } from './dsmr-reader/quarter-hour.ts';
import { RegisterGate } from './dsmr-reader/register-gate.ts';
import { amountsOf, REGISTERS, thousandthsIn, type Values } from './dsmr-reader/values.ts';
import { MadeOnce } from './made-once.ts';
import type { Publication } from './publication.ts';

const READING = 'dsmr/reading';
const DAY = 'dsmr/day-consumption';

/**
 * What a DSMR-reader would publish of one meter: its readings, what it tells of the meter, of gas, of quarters of an hour and of the
 * day so far, with its costs where prices are known. Months and years need a history: they are its own to tell.
 * Source: DSMR-reader 5.11, MQTT: topics and defaults of its data sources; what is as it was is not published again, as there.
 */
export class DsmrReaderProfile {
  readonly #timeZone: string;
  readonly #read;
  readonly #gas = new GasConsumption();
  readonly #quarter = new QuarterHour();
  readonly #day: DayConsumption;
  #gate = new RegisterGate({});
  /** What was there before the start, by topic. */
  #learnt: Map<string, string> | undefined = new Map();
  readonly #made = new MadeOnce<ReadonlyMap<string, string | Buffer>>();
  #sent = new Map<string, string | Buffer>();

  /** @param timeZone IANA name of where the meter stands. @param prices oldest first; without any, costs are not told. */
  constructor(timeZone: string, gasChannel?: number, prices: readonly Prices[] = []) {
    this.#day = new DayConsumption(prices);
    this.#timeZone = timeZone;
    this.#read = readingWithFields(timeZone, gasChannel);
  }

  /** Takes in what we published before the start; to be called before the first letter. */
  learn(topic: string, payload: string): void {
    if (topic.startsWith(`${READING}/`) || topic.startsWith(`${DAY}/`)) this.#learnt?.set(topic, payload);
  }

  /** For a broker that may not have what was sent: everything goes once more with the next letter. */
  forget(): void {
    this.#sent.clear();
  }

  /** Of the last reading, in UTC. */
  get time(): string {
    return String(this.#sent.get(`${READING}/timestamp`));
  }

  /**
   * What is new with this letter. Throws {@link Refused} where DSMR-reader would not store such a telegram.
   *
   * @param rejected telegrams of this source since the start.
   */
  publications(letter: Letter, rejected: number): Publication[] {
    const texts = this.#made.of(letter.seq, () => this.#texts(letter, rejected));
    const fresh = [...texts].filter(([topic, text]) => this.#sent.get(topic) !== text);
    for (const [topic, text] of fresh) this.#sent.set(topic, text);
    return fresh.map(([topic, payload]) => ({ topic, payload, qos: 2, retain: true }));
  }

  /** By topic, in order; an empty text takes away what is there. */
  #texts({ seq, telegram }: Letter, rejected: number): ReadonlyMap<string, string | Buffer> {
    const { reading, fields, equipment } = this.#read(telegram);
    const time = String(fields['timestamp']);
    this.#resume();
    const said = amountsOf(fields);
    const registers = this.#gate.pass(said, equipment, fields['extra_device_timestamp']?.toString());
    const held = REGISTERS.filter(([, name]) => said[name] !== registers[name]).map(([theirs]) => theirs as string);
    const values = without(readingValues(seq, fields), held);
    return new Map<string, string | Buffer>([
      ...(isPosted(telegram.raw) ? [] : [['dsmr/raw', telegram.raw] as const]),
      ['dsmr/json', JSON.stringify(values)],
      ...split(READING, values),
      ...split('dsmr/meter-stats', meterStatistics(reading.meter, rejected)),
      ...both('dsmr/consumption/gas', this.#gas.take(held.includes('extra_device_delivered') ? {} : fields)),
      ...both('dsmr/consumption/quarter-hour-peak-electricity', this.#quarter.take(registers, Date.parse(time))),
      ...both(DAY, this.#day.take(registers, this.#dayOf(time)), DAY),
    ]);
  }

  /** The day goes on from where the broker has it, if it is the same day. */
  #resume(): void {
    const learnt = this.#learnt;
    this.#learnt = undefined;
    const time = learnt?.get(`${READING}/timestamp`);
    if (learnt === undefined || time === undefined || Number.isNaN(Date.parse(time))) return;
    const amounts = (topicOf: (row: (typeof REGISTERS)[number]) => string): Record<string, number> =>
      Object.fromEntries(REGISTERS.flatMap((row) => amount(row[1], learnt.get(topicOf(row)))));
    const registers = amounts(([theirs]) => `${READING}/${theirs}`);
    this.#gate = new RegisterGate(registers);
    this.#day.resume({
      day: this.#dayOf(time),
      registers,
      used: amounts(([, name]) => `${DAY}/${name}`),
    });
  }

  #dayOf(time: string): string {
    return localTime(new Date(time), this.#timeZone).slice(0, 'YYYY-MM-DD'.length);
  }
}

const DECIMAL = /^\d{1,9}\.\d{3}$/;

function amount(name: string, text = ''): [string, number][] {
  return DECIMAL.test(text) ? [[name, thousandthsIn(text)]] : [];
}

function without(values: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

/** A topic for each value. */
function split(topic: string, values: Values): [string, string][] {
  return Object.entries(values).map(([name, value]) => [`${topic}/${name}`, value === null ? '' : String(value)]);
}

/** A topic for each value, and one for all of them. */
function both(topic: string, values: Values | undefined, all = `${topic}/json`): [string, string][] {
  return values === undefined ? [] : [...split(topic, values), [all, JSON.stringify(values)]];
}
