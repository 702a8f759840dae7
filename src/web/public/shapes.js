/** From what the service answers to what the cards show. */

/** Live telegrams come and go within the second: only what is more is a backlog. */
const BACKLOG = 10;
const AT_WORK = ['idle', 'delivering'];

/** One reading of `/edge/v1/live`; undefined where it has no power. */
export function meterOf({ meter, received_at, import_w, export_w, phases }) {
  if (import_w === null && export_w === null) return undefined;
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
export function endpointOf({ name, status, state, queue, oldest, delivered, last_ok, last_error, ...gone }) {
  const lost = gone.dropped + gone.dead_letters;
  const isBehind = queue > (AT_WORK.includes(state) ? BACKLOG : 0);
  return { name, status, waiting: queue, isBehind, oldest, delivered, lastOk: last_ok, lost, lastError: last_error };
}

/** One row of `meters` of `/status/data.json`, with what `/healthz` tells of it to a key. */
export function sourceOf({ meter_id, status, telegrams }, { checks = {} }) {
  const [{ output } = {}] = checks[`source:${meter_id}`] ?? [];
  const { valid: accepted, rejected_by: rejected } = telegrams;
  return { name: meter_id, isNew: status === 'waiting', accepted, rejected, trouble: output };
}

/** The minutes of `/edge/v1/usage` as `[seconds since 1970, watts]`; null where they were not seen whole. */
export function powerOf({ data }) {
  return data.map(({ to, level, estimated }) => [Date.parse(to) / 1_000, estimated ? null : level]);
}

/** What is metered, by `/edge/v1/meters`: each medium once, electricity first. */
export function mediaOf({ data }) {
  const media = [...new Set(data.map(({ medium }) => medium))];
  return media.sort((one, other) => (other === 'electricity') - (one === 'electricity'));
}

/** `/edge/v1/gaps`; what is unaccounted for, of each medium by itself. */
export function gapsOf({ data, balance }, meters) {
  const gaps = data.map(({ import: energy, ...gap }) => ({ ...gap, energy }));
  const balances = new Map();
  for (const { meter, unit, unaccounted } of balance) {
    const { medium } = meters.data.find(({ id }) => id === meter) ?? { medium: meter };
    const sum = (balances.get(medium)?.sum ?? 0) + Math.abs(unaccounted);
    balances.set(medium, { medium, unit, sum });
  }
  return { gaps, balances: [...balances.values()] };
}

/** The one point of `/edge/v1/usage` that is today. */
export function todayOf(medium, { unit, data }) {
  const [point] = data;
  return point === undefined ? [] : [{ medium, unit, imported: point.import, exported: point.export }];
}
