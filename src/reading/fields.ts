import type { Kind, ValueOf } from './values.ts';

/** One row of the table: what a reading calls an object, and how it is read. */
export interface Field {
  /** The OBIS references that meters give it. In the table of M-Bus fields `n` stands for the channel. */
  readonly obis: readonly string[];
  readonly kind: Kind;
  /** What a value is in where the meter leaves its unit out. */
  readonly unit?: string;
  readonly about: string;
}

/**
 * THE TABLE: what a reading holds of the electricity meter. Everything that deals in fields takes them from here; a new one is one row.
 * *Delivered* is what the client takes from the grid, *returned* what the client gives back. Tariff 1 is the low one in the
 * Netherlands and the day one in Belgium.
 * Sources: DSMR P1 Companion Standards 2.2, 3.0, 4.0, 4.2.2 and 5.0.2, tables of COSEM objects; the totals: Swedish
 * recommendation for the local customer interface 2.0, Luxmetering P1 1.1.3.
 */
export const METER_FIELDS = {
  version: { obis: ['1-3:0.2.8'], kind: 'code', about: 'version of P1, times ten: 40, 42, 50' },
  time: { obis: ['0-0:1.0.0'], kind: 'time', about: 'clock of the meter when it sent the telegram' },
  equipmentId: { obis: ['0-0:96.1.1', '0-0:42.0.0'], kind: 'text', about: 'identifies the meter' },
  tariff: { obis: ['0-0:96.14.0'], kind: 'tariff', about: 'tariff that counts now' },

  energyDelivered: { obis: ['1-0:1.8.0'], kind: 'quantity', unit: 'kWh', about: 'energy delivered, all tariffs' },
  energyDelivered1: { obis: ['1-0:1.8.1'], kind: 'quantity', unit: 'kWh', about: 'energy delivered, tariff 1' },
  energyDelivered2: { obis: ['1-0:1.8.2'], kind: 'quantity', unit: 'kWh', about: 'energy delivered, tariff 2' },
  energyReturned: { obis: ['1-0:2.8.0'], kind: 'quantity', unit: 'kWh', about: 'energy returned, all tariffs' },
  energyReturned1: { obis: ['1-0:2.8.1'], kind: 'quantity', unit: 'kWh', about: 'energy returned, tariff 1' },
  energyReturned2: { obis: ['1-0:2.8.2'], kind: 'quantity', unit: 'kWh', about: 'energy returned, tariff 2' },

  powerDelivered: { obis: ['1-0:1.7.0'], kind: 'quantity', unit: 'kW', about: 'power delivered now' },
  powerReturned: { obis: ['1-0:2.7.0'], kind: 'quantity', unit: 'kW', about: 'power returned now' },
  powerDeliveredL1: { obis: ['1-0:21.7.0'], kind: 'quantity', unit: 'kW', about: 'power delivered now, phase 1' },
  powerDeliveredL2: { obis: ['1-0:41.7.0'], kind: 'quantity', unit: 'kW', about: 'power delivered now, phase 2' },
  powerDeliveredL3: { obis: ['1-0:61.7.0'], kind: 'quantity', unit: 'kW', about: 'power delivered now, phase 3' },
  powerReturnedL1: { obis: ['1-0:22.7.0'], kind: 'quantity', unit: 'kW', about: 'power returned now, phase 1' },
  powerReturnedL2: { obis: ['1-0:42.7.0'], kind: 'quantity', unit: 'kW', about: 'power returned now, phase 2' },
  powerReturnedL3: { obis: ['1-0:62.7.0'], kind: 'quantity', unit: 'kW', about: 'power returned now, phase 3' },

  voltageL1: { obis: ['1-0:32.7.0'], kind: 'quantity', unit: 'V', about: 'voltage, phase 1' },
  voltageL2: { obis: ['1-0:52.7.0'], kind: 'quantity', unit: 'V', about: 'voltage, phase 2' },
  voltageL3: { obis: ['1-0:72.7.0'], kind: 'quantity', unit: 'V', about: 'voltage, phase 3' },
  currentL1: { obis: ['1-0:31.7.0'], kind: 'quantity', unit: 'A', about: 'current, phase 1, without a sign' },
  currentL2: { obis: ['1-0:51.7.0'], kind: 'quantity', unit: 'A', about: 'current, phase 2, without a sign' },
  currentL3: { obis: ['1-0:71.7.0'], kind: 'quantity', unit: 'A', about: 'current, phase 3, without a sign' },

  powerFailures: { obis: ['0-0:96.7.21'], kind: 'count', about: 'power failures in any phase' },
  longPowerFailures: { obis: ['0-0:96.7.9'], kind: 'count', about: 'long power failures in any phase' },
  powerFailureLog: { obis: ['1-0:99.97.0'], kind: 'failures', about: 'the last long power failures' },
  voltageSagsL1: { obis: ['1-0:32.32.0'], kind: 'count', about: 'voltage sags, phase 1' },
  voltageSagsL2: { obis: ['1-0:52.32.0'], kind: 'count', about: 'voltage sags, phase 2' },
  voltageSagsL3: { obis: ['1-0:72.32.0'], kind: 'count', about: 'voltage sags, phase 3' },
  voltageSwellsL1: { obis: ['1-0:32.36.0'], kind: 'count', about: 'voltage swells, phase 1' },
  voltageSwellsL2: { obis: ['1-0:52.36.0'], kind: 'count', about: 'voltage swells, phase 2' },
  voltageSwellsL3: { obis: ['1-0:72.36.0'], kind: 'count', about: 'voltage swells, phase 3' },

  limit: { obis: ['0-0:17.0.0'], kind: 'quantity', about: 'threshold of the limiter, in A or kW; all nines: none' },
  switchState: { obis: ['0-0:96.3.10', '0-0:24.4.0'], kind: 'count', about: '0 off, 1 on, 2 ready to be switched on' },
  message: { obis: ['0-0:96.13.0'], kind: 'text', about: 'message of the grid operator' },
  messageCode: { obis: ['0-0:96.13.1'], kind: 'text', about: 'message code of the grid operator' },
} as const satisfies Readonly<Record<string, Field>>;

/**
 * THE TABLE, second part: what a reading holds of each device on the M-Bus, channel n = 1 to 4. Which of them is the gas
 * meter its type says, not its channel.
 * Sources: DSMR P1 Companion Standards as above; e-MUCS P1 1.4 (96.1.1, 24.2.3).
 */
export const MBUS_FIELDS = {
  deviceType: { obis: ['0-n:24.1.0'], kind: 'count', about: 'kind of device after EN 13757-3: 3 gas, 4 heat, 7 water' },
  equipmentId: { obis: ['0-n:96.1.0', '0-n:96.1.1'], kind: 'text', about: 'identifies the device' },
  register: {
    obis: ['0-n:24.2.1'],
    kind: 'capture',
    about: 'its register; gas: volume converted to a standard temperature',
  },
  registerUnconverted: {
    obis: ['0-n:24.2.3'],
    kind: 'capture',
    about: 'its register in Belgium; gas: volume as measured',
  },
  registerHourly: { obis: ['0-n:24.3.0'], kind: 'profile', about: 'its register in DSMR 2.2 and 3.0, on the hour' },
  valveState: { obis: ['0-n:24.4.0'], kind: 'count', about: '0 closed, 1 open, 2 released' },
} as const satisfies Readonly<Record<string, Field>>;

export type MeterValues = ValuesOf<typeof METER_FIELDS>;
export type MbusValues = ValuesOf<typeof MBUS_FIELDS>;

/** What a telegram said; a field that it did not hold is not there. */
type ValuesOf<Fields extends Readonly<Record<string, Field>>> = {
  readonly [Name in keyof Fields]?: ValueOf<Fields[Name]['kind']>;
};
