/**
 * What a field of the table is called in a state. Names are kept for ever: a field that is renamed in the table gets a row here.
 */
const NAMES: Readonly<Record<string, string>> = {
  powerFailures: 'failures_short',
  longPowerFailures: 'failures_long',
  voltageSagsL1: 'sag_l1',
  voltageSagsL2: 'sag_l2',
  voltageSagsL3: 'sag_l3',
  voltageSwellsL1: 'swell_l1',
  voltageSwellsL2: 'swell_l2',
  voltageSwellsL3: 'swell_l3',
  demandDelivered: 'demand_quarter',
  peakDelivered: 'demand_peak_month',
};

/** The others by rule: `energyDelivered3` is `import_t3`, `powerReturnedL1` is `power_export_l1`. */
export function stateName(field: string): string {
  return NAMES[field] ?? byRule(field);
}

function byRule(field: string): string {
  return field
    .replace(/^energy(?=(?:Delivered|Returned)\d+$)/, '')
    .replace(/(?<=Delivered|Returned)(?=\d+$)/, 'T')
    .replaceAll('Delivered', 'Import')
    .replaceAll('Returned', 'Export')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())
    .toLowerCase();
}

const LABELS: Readonly<Record<string, string>> = {
  import_total: 'Energy import',
  export_total: 'Energy export',
  failures_short: 'Power failures',
  failures_long: 'Long power failures',
  demand_quarter: 'Average demand',
  demand_peak_month: 'Peak demand of the month',
};

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(import|export)_/, 'energy_$1_'],
  [/^(sag|swell)_(?=l\d)/, 'voltage_$1s_'],
  [/_l(\d)$/, '_phase_$1'],
  [/_t(\d+)$/, '_tariff_$1'],
  [/_q(\d)$/, '_quadrant_$1'],
  [/_plus_/, '_and_'],
];

/** For people: `import_t1` is "Energy import tariff 1", `voltage_l2` is "Voltage phase 2". */
export function stateLabel(name: string): string {
  const words = WORDS.reduce((text, [from, to]) => text.replace(from, to), name).replaceAll('_', ' ');
  return LABELS[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}
