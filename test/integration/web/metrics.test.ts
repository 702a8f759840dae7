import { expect } from 'vitest';
import { readExposition, type Family } from '../../support/prometheus.ts';
import { until } from '../../support/service.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

/** Of a simulated Dutch house with gas and one endpoint: name, type, labels. What the service knows of itself. */
const OF_AGENT = [
  ['p1_agent_build_info', 'gauge', 'runtime version'],
  ['p1_telegrams_received_total', 'counter', 'source'],
  ['p1_telegrams_valid_total', 'counter', 'source'],
  ['p1_telegrams_repaired_total', 'counter', 'source'],
  ['p1_telegrams_rejected_total', 'counter', 'reason source'],
  ['p1_telegrams_lost_total', 'counter', 'source'],
  ['p1_last_telegram_timestamp_seconds', 'gauge', 'source'],
  ['p1_source_up', 'gauge', 'source'],
  ['p1_source_reconnects_total', 'counter', 'source'],
  ['p1_stream_clients', 'gauge', 'kind'],
  ['p1_stream_telegrams_total', 'counter', 'kind'],
  ['p1_stream_dropped_total', 'counter', 'kind reason'],
  ['p1_stream_refused_total', 'counter', 'kind reason'],
  ['p1_endpoint_up', 'gauge', 'endpoint'],
  ['p1_queue_telegrams', 'gauge', 'endpoint'],
  ['p1_delivery_attempts_total', 'counter', 'endpoint outcome'],
  ['p1_delivery_duration_seconds', 'histogram', 'endpoint le'],
  ['p1_delivered_total', 'counter', 'endpoint'],
  ['p1_duplicates_avoided_total', 'counter', 'endpoint'],
  ['p1_dead_letters_total', 'counter', 'endpoint reason'],
  ['p1_dead_letters', 'gauge', 'endpoint'],
  ['p1_dropped_total', 'counter', 'endpoint reason'],
  ['p1_thinned_total', 'counter', 'endpoint'],
  ['p1_acceptance_duration_seconds', 'histogram', 'le'],
  ['p1_store_bytes', 'gauge', ''],
  ['p1_store_free_bytes', 'gauge', ''],
  ['p1_store_fsync_duration_seconds', 'histogram', 'le'],
  ['p1_gap_seconds_total', 'counter', 'meter'],
  ['p1_unaccepted_telegrams', 'gauge', ''],
  ['process_cpu_seconds_total', 'counter', ''],
  ['process_resident_memory_bytes', 'gauge', ''],
  ['process_open_fds', 'gauge', ''],
  ['process_start_time_seconds', 'gauge', ''],
] as const;
/** What the meters say. */
const OF_METERS = [
  ['p1_meter_info', 'gauge', 'dsmr_version manufacturer meter model'],
  ['p1_electricity_energy_joules_total', 'counter', 'direction meter tariff'],
  ['p1_electricity_power_watts', 'gauge', 'direction meter'],
  ['p1_electricity_phase_power_watts', 'gauge', 'direction meter phase'],
  ['p1_electricity_phase_voltage_volts', 'gauge', 'meter phase'],
  ['p1_electricity_phase_current_amperes', 'gauge', 'meter phase'],
  ['p1_electricity_tariff', 'gauge', 'meter'],
  ['p1_electricity_power_failures_total', 'counter', 'kind meter'],
  ['p1_electricity_voltage_sags_total', 'counter', 'meter phase'],
  ['p1_electricity_voltage_swells_total', 'counter', 'meter phase'],
  ['p1_volume_cubic_meters_total', 'counter', 'medium meter'],
  ['p1_meter_timestamp_seconds', 'gauge', 'meter'],
  ['p1_meter_clock_skew_seconds', 'gauge', 'meter'],
] as const;

function shapeOf({ name, type, samples }: Family): readonly string[] {
  const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)));
  return [name, type, [...labels].toSorted().join(' ')];
}

/** The value of the only sample that has these labels. */
function valueOf(families: Map<string, Family>, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const family = families.get(name.replace(/_(bucket|sum|count)$/, '')) ?? families.get(name)!;
  const found = family.samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  expect(found, name).toHaveLength(1);
  return found[0]!.value;
}

test('metrics have the names, types and labels that they should, as Prometheus reads them', async ({ scene }) => {
  const server = await scene.server();
  const source = { type: 'simulator', name: 'house', interval: 0, telegrams: 200 };
  const endpoints = [{ name: 'home', type: 'dsmr-v1', url: server.url, key: server.key, rate: 'off' }];
  const service = await scene.service({ config: { source, endpoints, http: HTTP } });
  const url = await webUrl(service);
  const key = bearer(addKey(service.stateDir, 'all', ['usage:read', 'status:read']));
  await until(() => server.rows.length === 200, 30_000);
  await until(async () => (await askWeb(url, '/metrics', key)).text.includes('p1_gap_seconds_total'), 30_000);

  const answer = await askWeb(url, '/metrics', key);
  const families = readExposition(answer.text);
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect([...families.values()].map(shapeOf).toSorted()).toEqual(
    [...OF_AGENT, ...OF_METERS].map((row) => [...row]).toSorted(),
  );

  const home = { endpoint: 'home' };
  expect(valueOf(families, 'p1_telegrams_valid_total', { source: 'house' })).toBe(200);
  expect(valueOf(families, 'p1_delivered_total', home)).toBe(200);
  expect(valueOf(families, 'p1_delivery_attempts_total', { ...home, outcome: 'ok' })).toBe(200);
  expect(valueOf(families, 'p1_delivery_attempts_total', { ...home, outcome: 'ambiguous' })).toBe(0);
  expect(valueOf(families, 'p1_delivery_duration_seconds_count', home)).toBe(200);
  expect(valueOf(families, 'p1_acceptance_duration_seconds_count')).toBe(200);
  expect(valueOf(families, 'p1_acceptance_duration_seconds_sum')).toBeGreaterThan(0);
  expect(valueOf(families, 'p1_store_fsync_duration_seconds_count')).toBeGreaterThan(0);
  expect(valueOf(families, 'p1_gap_seconds_total', { meter: 'house' })).toBe(0);
  expect(families.get('p1_volume_cubic_meters_total')!.samples[0]!.labels).toEqual({
    meter: 'house-gas',
    medium: 'gas',
  });
  expect(
    families
      .get('p1_delivery_duration_seconds')!
      .samples.slice(0, 11)
      .map(({ labels }) => labels['le']),
  ).toEqual([...['0.01', '0.05', '0.1', '0.25', '0.5', '1.0', '2.5', '5.0', '10.0', '20.0', '+Inf']]);

  const open = { headers: { ...key.headers, accept: 'application/openmetrics-text; version=1.0.0' } };
  const openAnswer = await askWeb(url, '/metrics', open);
  expect(openAnswer.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(openAnswer.text).toMatch(/\n# TYPE p1_delivered counter\np1_delivered_total\{endpoint="home"\} 200\n/);
  expect(openAnswer.text).toMatch(/\n# EOF\n$/);
});

test('what the meters say needs the right to see usage; nothing tells an address or a number of a meter', async ({
  house: { service, url },
  scene,
}) => {
  const status = bearer(addKey(service.stateDir, 'prometheus', ['status:read']));
  for (const asking of [{}, status]) {
    const { text } = await askWeb(url, '/metrics', asking);
    const names = [...readExposition(text).keys()];
    expect(names.filter((name) => OF_METERS.some(([one]) => one === name))).toEqual([]);
    expect(names).toContain('p1_queue_telegrams');
    expect(text).not.toMatch(/joules|watts|volts|amperes|cubic|127\.0\.0\.1|http:/);
  }
  const all = bearer(addKey(service.stateDir, 'all', ['usage:read']));
  const telegram = scene.telegrams(1)[0]!.toString('latin1');
  const [, equipment = ''] = /0-0:96\.1\.1\(([0-9A-F]+)\)/.exec(telegram)!;
  const { text } = await askWeb(url, '/metrics', all);
  expect(text).not.toContain(equipment);
  expect(text).not.toContain(Buffer.from(equipment, 'hex').toString('latin1'));
});
