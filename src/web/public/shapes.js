/** From what the service answers to what the cards show. */

/** One reading of `/edge/v1/live`. */
export function meterOf({ meter, received_at, import_w, export_w, phases }) {
  const present = (value) => value ?? undefined;
  return {
    name: meter,
    at: received_at,
    importW: import_w ?? 0,
    exportW: export_w ?? 0,
    phases: phases.map((one) => ({
      phase: one.phase,
      importW: one.import_w ?? 0,
      exportW: one.export_w ?? 0,
      voltageV: present(one.voltage_v),
      currentA: present(one.current_a),
    })),
  };
}

/** One row of `/edge/v1/endpoints`. */
export function endpointOf({ name, status, queue, oldest, delivered, last_ok, dropped, dead_letters, last_error }) {
  const lost = dropped + dead_letters;
  return { name, status, waiting: queue, oldest, delivered, lastOk: last_ok, lost, lastError: last_error };
}

/** One row of `meters` of `/status/data.json`. */
export function sourceOf({ meter_id, status, telegrams }) {
  const rejected = telegrams.rejected_by;
  return { name: meter_id, isFresh: status === 'fresh', accepted: telegrams.valid, rejected };
}

/** `/edge/v1/gaps`. */
export function gapsOf({ data, balance }) {
  const gaps = data.map(({ import: energy, ...gap }) => ({ ...gap, energy }));
  const ofGrid = balance.filter(({ unit }) => unit === 'Wh');
  const unaccountedWh = ofGrid.reduce((sum, { unaccounted }) => sum + Math.abs(unaccounted), 0);
  return { gaps, unaccountedWh: ofGrid.length === 0 ? undefined : unaccountedWh };
}

/** The one point of `/edge/v1/usage` that is today. */
export function todayOf(medium, { unit, data }) {
  const [point] = data;
  return point === undefined ? [] : [{ medium, unit, imported: point.import, exported: point.export }];
}
