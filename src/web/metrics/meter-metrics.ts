import { toLive, type LiveReading } from '../live-reading.ts';
import type { NewestReading } from '../newest-reading.ts';
import { deviceId } from '../../history/sample.ts';
import { toBaseUnits } from '../../reading/base-units.ts';
import { devicesOf, wasRead } from '../../reading/devices.ts';
import { modelOf } from '../../reading/meter-model.ts';
import type { Quantity } from '../../reading/quantity.ts';
import type { Metric, Sample } from './exposition.ts';

interface Facts extends NewestReading {
  readonly live: LiveReading;
}

type Samples = readonly (readonly [value: number | null | undefined, labels?: Sample['labels']])[];
type Row = readonly [name: string, help: string, samples: (facts: Facts) => Samples];

const JOULES_A_WH = 3_600;
const JOULES_A_MJ = 1e6;
const PHASES = ['1', '2', '3'] as const;

/** Base units of Prometheus: joules, watts, cubic metres, seconds. No number of a meter is a label. */
const ROWS: readonly Row[] = [
  [
    'p1_meter_info',
    'maker, model and version of P1',
    ({ header, reading: { meter } }) => [[1, infoOf(header, meter.version ?? meter.emucsVersion)]],
  ],
  ['p1_electricity_energy_joules_total', 'registers of energy', ({ live }) => energyOf(live)],
  [
    'p1_electricity_power_watts',
    'power now',
    ({ live }) => [
      [live.import_w, { direction: 'import' }],
      [live.export_w, { direction: 'export' }],
    ],
  ],
  [
    'p1_electricity_phase_power_watts',
    'power now of each phase',
    ({ live }) =>
      live.phases.flatMap((one): Samples => [
        [one.import_w, { ...phase(one), direction: 'import' }],
        [one.export_w, { ...phase(one), direction: 'export' }],
      ]),
  ],
  [
    'p1_electricity_phase_voltage_volts',
    'voltage of each phase',
    ({ live }) => live.phases.map((one) => [one.voltage_v, phase(one)]),
  ],
  [
    'p1_electricity_phase_current_amperes',
    'current of each phase, without a sign',
    ({ live }) => live.phases.map((one) => [one.current_a, phase(one)]),
  ],
  ['p1_electricity_tariff', 'tariff that counts now', ({ live }) => [[live.tariff]]],
  [
    'p1_electricity_demand_watts',
    'average demand of the quarter that runs',
    ({ reading: { meter } }) => [[watts(meter.demandDelivered)]],
  ],
  [
    'p1_electricity_demand_month_peak_watts',
    'highest quarter of the month that runs',
    ({ reading: { meter } }) => [[watts(meter.peakDelivered)]],
  ],
  [
    'p1_electricity_power_failures_total',
    'power failures',
    ({ reading: { meter } }) => [
      [meter.powerFailures, { kind: 'short' }],
      [meter.longPowerFailures, { kind: 'long' }],
    ],
  ],
  [
    'p1_electricity_voltage_sags_total',
    'voltage sags of each phase',
    ({ reading: { meter } }) => PHASES.map((n) => [meter[`voltageSagsL${n}`], { phase: `l${n}` }]),
  ],
  [
    'p1_electricity_voltage_swells_total',
    'voltage swells of each phase',
    ({ reading: { meter } }) => PHASES.map((n) => [meter[`voltageSwellsL${n}`], { phase: `l${n}` }]),
  ],
  [
    'p1_volume_cubic_meters_total',
    'registers of gas and water',
    (facts) => metered('dm3', facts).map(({ id: meter, medium, value }) => [value / 1_000, { meter, medium }]),
  ],
  [
    'p1_heat_energy_joules_total',
    'registers of heat and cold',
    (facts) => metered('MJ', facts).map(({ id: meter, value }) => [value * JOULES_A_MJ, { meter }]),
  ],
  ['p1_meter_timestamp_seconds', 'clock of the meter', ({ live }) => [[meterSeconds(live)]]],
  [
    'p1_meter_clock_skew_seconds',
    'how far that clock is ahead of ours',
    ({ live, receivedAt }) => [[skewOf(live, receivedAt)]],
  ],
];

/** What the newest telegram of each source says. */
export function meterMetrics(newest: readonly NewestReading[]): Metric[] {
  const all = newest.map((one): Facts => ({ ...one, live: toLive(one) }));
  return ROWS.map(([name, help, samples]) => {
    const ofAll = all.flatMap((facts) =>
      samples(facts).flatMap(([value, labels]) => known(value, { meter: facts.source, ...labels })),
    );
    return { name, help, type: name.endsWith('_total') ? 'counter' : 'gauge', samples: ofAll };
  });
}

function known(value: number | null | undefined, labels: Sample['labels']): Sample[] {
  return value === null || value === undefined || !Number.isFinite(value) ? [] : [{ value, labels }];
}

interface MeteredDevice {
  readonly id: string;
  readonly medium: string;
  readonly value: number;
}

/** Each meter once, by the id that it has in the history: of two for gas the first. */
function metered(unit: string, { reading, receivedAt, source }: Facts): readonly MeteredDevice[] {
  const found = new Map<string, MeteredDevice>();
  for (const device of devicesOf(reading, receivedAt)) {
    const { kind: medium, register } = device;
    const base = wasRead(register) ? toBaseUnits(register) : undefined;
    const id = deviceId(source, device);
    if (base?.unit === unit && !found.has(id)) found.set(id, { id, medium, value: base.value });
  }
  return [...found.values()];
}

/** By tariff where there are any: the sum over all labels is what the meter counted. */
function energyOf({ tariffs, import_wh, export_wh }: LiveReading): Samples {
  const rows = tariffs.length > 0 ? tariffs : [{ tariff: '', import_wh, export_wh }];
  return rows.flatMap((row): Samples => {
    const tariff = String(row.tariff);
    return [
      [joules(row.import_wh), { direction: 'import', tariff }],
      [joules(row.export_wh), { direction: 'export', tariff }],
    ];
  });
}

function joules(wh: number | null): number | null {
  return wh === null ? null : wh * JOULES_A_WH;
}

function phase(one: { readonly phase: number }): Sample['labels'] {
  return { phase: `l${one.phase}` };
}

function watts(quantity: Quantity | undefined): number | undefined {
  return quantity && toBaseUnits(quantity)?.value;
}

function infoOf(header: string, version = ''): Sample['labels'] {
  const { manufacturer = '', model = '' } = modelOf(header) ?? {};
  return { manufacturer, model, dsmr_version: version };
}

function meterSeconds({ meter_time }: LiveReading): number | undefined {
  return meter_time === null ? undefined : Date.parse(meter_time) / 1_000;
}

function skewOf(live: LiveReading, receivedAt: Date): number | undefined {
  const s = meterSeconds(live);
  return s === undefined ? undefined : Math.round(s - receivedAt.getTime() / 1_000);
}
