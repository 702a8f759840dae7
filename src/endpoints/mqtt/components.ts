import type { StateRow } from '../../reading/state-row.ts';

/** One entity of Home Assistant, without what its device says for all. Source: Home Assistant, MQTT discovery and MQTT sensor. */
export interface Component {
  readonly platform: 'sensor' | 'binary_sensor';
  readonly unique_id: string;
  readonly name: string;
  readonly device_class?: string;
  readonly state_class?: 'measurement' | 'total_increasing';
  readonly unit_of_measurement?: string;
  readonly suggested_display_precision?: number;
  readonly options?: readonly string[];
  readonly entity_category?: 'diagnostic';
  readonly value_template: string;
  /** In the place of the one of the device. */
  readonly availability?: readonly Availability[];
}

/** Where it is told whether an entity can be believed. */
export interface Availability {
  readonly topic: string;
  readonly value_template?: string;
}

const STATE_CLASSES = { register: 'total_increasing', now: 'measurement', mark: undefined, time: undefined } as const;

/** The entity of a name of a state. @param tariffs the numbers that its tariff can have. */
export function componentOf(row: StateRow, deviceId: string, tariffs: readonly number[]): Component {
  const { name, label, kind, unit, deviceClass, decimals, isDiagnostic } = row;
  const stateClass = STATE_CLASSES[kind];
  return {
    ...{ platform: 'sensor', unique_id: `${deviceId}_${name}`, name: label },
    ...(deviceClass !== undefined && { device_class: deviceClass }),
    ...(name === TARIFF && { device_class: 'enum', options: tariffs.map(String) }),
    ...(stateClass !== undefined && { state_class: stateClass }),
    ...(unit !== undefined && { unit_of_measurement: unit }),
    ...(unit !== undefined && decimals !== undefined && { suggested_display_precision: decimals }),
    ...(isDiagnostic === true && { entity_category: 'diagnostic' }),
    value_template: `{{ value_json.${name} }}`,
  };
}

const TARIFF = 'tariff';

/** 1 and 2, and each that the meter has a register of. */
export function tariffsOf(names: readonly string[]): readonly number[] {
  const more = names.flatMap((name) => {
    const [, tariff] = /^(?:import|export)_t(\d+)$/.exec(name) ?? [];
    return tariff === undefined ? [] : [Number(tariff)];
  });
  return [...new Set([1, 2, ...more])].sort((one, other) => one - other);
}
