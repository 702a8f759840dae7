import { z } from 'zod';
import { withTotals } from '../reading/energy-registers.ts';
import { type Registers } from '../history/sample.ts';
import { toBaseUnits } from '../reading/base-units.ts';
import { devicesOf, wasRead } from '../reading/devices.ts';
import { energyRegisters } from '../reading/energy-registers.ts';
import type { MeterValues } from '../reading/fields.ts';
import type { Quantity } from '../reading/quantity.ts';
import type { NewestReading } from './newest-reading.ts';

const number = z.number().nullable();

/** A reading as clients get it. No number of a meter is in it. */
export const liveSchema = z.strictObject({
  meter: z.string().describe('id of the meter'),
  received_at: z.iso.datetime(),
  meter_time: z.string().nullable().describe('as the clock of the meter says; null where it has none'),
  tariff: number.describe('that counts now'),
  import_w: number.describe('power from the grid now'),
  export_w: number.describe('power to the grid now'),
  import_wh: number.describe('register of energy from the grid, all tariffs together'),
  export_wh: number.describe('register of energy to the grid, all tariffs together'),
  tariffs: z.array(z.strictObject({ tariff: z.number(), import_wh: number, export_wh: number })),
  phases: z.array(
    z.strictObject({ phase: z.number(), import_w: number, export_w: number, voltage_v: number, current_a: number }),
  ),
  devices: z.array(
    z.strictObject({ channel: z.number(), medium: z.string(), value: z.number(), unit: z.string(), at: z.string() }),
  ),
});

export type LiveReading = z.output<typeof liveSchema>;

const PHASES = [1, 2, 3] as const;

export function toLive({ source, reading, receivedAt }: NewestReading): LiveReading {
  const { meter } = reading;
  const registers = withTotals(energyRegisters(meter));
  return {
    meter: source,
    received_at: receivedAt.toISOString(),
    meter_time: meter.time ?? null,
    tariff: meter.tariff ?? null,
    import_w: inBase(meter.powerDelivered),
    export_w: inBase(meter.powerReturned),
    import_wh: registers['import'] ?? null,
    export_wh: registers['export'] ?? null,
    tariffs: tariffsOf(registers),
    phases: PHASES.map((phase) => phaseOf(meter, phase)).filter(
      ({ phase, ...values }) => phase > 0 && wasPrinted(values),
    ),
    devices: devicesOf(reading, receivedAt).flatMap(({ channel, kind: medium, register }) => {
      const base = wasRead(register) ? toBaseUnits(register) : undefined;
      return base === undefined || register?.time == null ? [] : [{ channel, medium, ...base, at: register.time }];
    }),
  };
}

/** Each that has a register, smallest number first. */
function tariffsOf(registers: Registers): LiveReading['tariffs'] {
  const numbers = Object.keys(registers).map((name) => Number(name.replace(/^\D+/, '')));
  const tariffs = [...new Set(numbers)].filter((tariff) => tariff > 0).sort((one, other) => one - other);
  const wh = (name: string): number | null => registers[name] ?? null;
  return tariffs.map((tariff) => ({ tariff, import_wh: wh(`import${tariff}`), export_wh: wh(`export${tariff}`) }));
}

function phaseOf(meter: MeterValues, phase: 1 | 2 | 3): LiveReading['phases'][number] {
  return {
    phase,
    import_w: inBase(meter[`powerDeliveredL${phase}`]),
    export_w: inBase(meter[`powerReturnedL${phase}`]),
    voltage_v: asPrinted(meter[`voltageL${phase}`]),
    current_a: asPrinted(meter[`currentL${phase}`]),
  };
}

function wasPrinted(values: Readonly<Record<string, number | null>>): boolean {
  return Object.values(values).some((value) => value !== null);
}

function inBase(quantity: Quantity | undefined): number | null {
  return (quantity && toBaseUnits(quantity)?.value) ?? null;
}

function asPrinted(quantity: Quantity | undefined): number | null {
  return quantity === undefined ? null : Number(quantity.value);
}
