import type { Equipment } from '../../../reading/state-devices.ts';
import { CounterGate } from '../counter-gate.ts';
import type { Amounts } from './values.ts';

/** What registers are called in a state. */
const STATES: Readonly<Record<string, string>> = {
  electricity1: 'import_t1',
  electricity2: 'import_t2',
  electricity1_returned: 'export_t1',
  electricity2_returned: 'export_t2',
  gas: 'gas',
};

/** Lets no register fall, as {@link CounterGate} does it. */
export class RegisterGate {
  readonly #gate: CounterGate;

  /** @param shown what was published before the start. */
  constructor(shown: Amounts) {
    this.#gate = new CounterGate(stateOf(shown));
  }

  /** The registers as they may be counted. @param gasTime when that of gas was captured. */
  pass(registers: Amounts, equipment: Equipment, gasTime: string | undefined): Amounts {
    const state = { ...stateOf(registers), ...(gasTime !== undefined && { gas_time: gasTime }) };
    const passed: Readonly<Record<string, unknown>> = this.#gate.pass(state, equipment);
    return Object.fromEntries(Object.keys(registers).map((name) => [name, Number(passed[STATES[name] ?? name])]));
  }
}

function stateOf(registers: Amounts): Record<string, number> {
  return Object.fromEntries(Object.entries(registers).map(([name, value]) => [STATES[name] ?? name, value]));
}
