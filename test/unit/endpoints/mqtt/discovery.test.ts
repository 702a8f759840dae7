import { describe, expect, test } from 'vitest';
import { Discovery, type DiscoveryStyle } from '../../../../src/endpoints/mqtt/discovery.ts';
import {
  agentDocument,
  endpointDocument,
  meterDocument,
  p1Version,
  type DiscoveryDocument,
} from '../../../../src/endpoints/mqtt/documents.ts';
import { Inventory } from '../../../../src/endpoints/mqtt/inventory.ts';
import type { Publication } from '../../../../src/endpoints/mqtt/publication.ts';
import { headerOf } from '../../../../src/reading/meter-model.ts';
import { stateReader } from '../../../../src/reading/state-reader.ts';
import { stateRows } from '../../../../src/reading/state-rows.ts';
import { faultsOfDocument, faultsOfEntity, type HomeAssistantDocument } from '../../../support/home-assistant.ts';
import { fixture, manifest } from '../../../support/telegrams.ts';

const PUBLISHER = { prefix: 'p1-relay', version: '1.0.0', pageUrl: 'http://192.168.1.20:8011/' };

/** The document of the meter that printed this. */
function documentOf(raw: Buffer, meter = 'house'): DiscoveryDocument {
  const telegram = { raw, receivedAt: new Date('2026-07-01T12:00:00Z'), source: meter, checksum: 'valid' } as const;
  const { state, reading } = stateReader('Europe/Amsterdam')(telegram);
  const inventory = new Inventory();
  inventory.see(state, 0);
  const version = p1Version(reading.meter);
  return meterDocument(PUBLISHER, {
    meter,
    nickname: undefined,
    header: headerOf(raw),
    version,
    names: inventory.names,
  });
}

const DUTCH = documentOf(fixture('derived/nl-dsmr-5.0.2-recrc.txt'));
/** The same meter, once it prints nothing but its power. */
const LESS = { ...DUTCH, components: { power: DUTCH.components['power'] } } as DiscoveryDocument;
const open = (style: DiscoveryStyle = 'device'): Discovery =>
  new Discovery({ style, discoveryPrefix: 'homeassistant', prefix: 'p1-relay' });
const bodyOf = ({ payload }: Publication): HomeAssistantDocument =>
  JSON.parse(String(payload)) as HomeAssistantDocument;
const announced = (document: DiscoveryDocument): HomeAssistantDocument => {
  const [publication] = open().announce([document]);
  if (publication === undefined) throw new Error('nothing was announced');
  return bodyOf(publication);
};
const topicsOf = (publications: readonly Publication[]): string[] => publications.map(({ topic }) => topic);

describe('a meter', () => {
  test('stands under one retained topic, by the name of its source', () => {
    const [publication, ...others] = open().announce([DUTCH]);
    expect(publication).toMatchObject({ topic: 'homeassistant/device/p1_relay_house/config', qos: 1, retain: true });
    expect(others).toEqual([]);
  });

  test('says who it is, who publishes it, and when it can be believed', () => {
    const { components, ...body } = announced(documentOf(fixture('field/ndokter__isk5-2m550t-1012_dsmr-5.0.txt')));
    expect(Object.keys(components)).toContain('power');
    expect(body).toEqual({
      device: {
        identifiers: ['p1_relay_house'],
        name: 'Smart meter',
        manufacturer: 'Iskra',
        model: '2M550T-1012',
        sw_version: 'DSMR 5.0',
        configuration_url: 'http://192.168.1.20:8011/',
      },
      origin: { name: 'p1-relay', sw_version: '1.0.0' },
      availability: [
        { topic: 'p1-relay/bridge/state', value_template: '{{ value_json.state }}' },
        { topic: 'p1-relay/house/availability' },
      ],
      availability_mode: 'all',
      state_topic: 'p1-relay/house/state',
      qos: 1,
    });
  });

  test('has the entities that Home Assistant is promised, word for word', () => {
    expect(announced(DUTCH).components).toMatchObject({
      import_t1: {
        platform: 'sensor',
        unique_id: 'p1_relay_house_import_t1',
        name: 'Energy import tariff 1',
        device_class: 'energy',
        state_class: 'total_increasing',
        unit_of_measurement: 'kWh',
        suggested_display_precision: 3,
        value_template: '{{ value_json.import_t1 }}',
      },
      power: {
        platform: 'sensor',
        unique_id: 'p1_relay_house_power',
        name: 'Power',
        device_class: 'power',
        state_class: 'measurement',
        unit_of_measurement: 'W',
        value_template: '{{ value_json.power }}',
      },
      gas: { device_class: 'gas', state_class: 'total_increasing', unit_of_measurement: 'm³' },
      tariff: { device_class: 'enum', options: ['1', '2'] },
      failures_short: { state_class: 'total_increasing', entity_category: 'diagnostic' },
      last_telegram: { device_class: 'timestamp', entity_category: 'diagnostic' },
      crc_error_rate: { state_class: 'measurement', unit_of_measurement: '%', entity_category: 'diagnostic' },
      no_data: {
        platform: 'binary_sensor',
        unique_id: 'p1_relay_house_no_data',
        name: 'Meter data problem',
        device_class: 'problem',
        entity_category: 'diagnostic',
        value_template: '{{ value_json.problem }}',
        availability: [{ topic: 'p1-relay/bridge/state', value_template: '{{ value_json.state }}' }],
      },
    });
  });

  test('has no entity for what it does not print', () => {
    const names = Object.keys(announced(documentOf(fixture('field/ndokter__nwa-warmtelink_dsmr-5.0.txt'))).components);
    expect(names).toEqual(['heat', 'heat_time', 'last_telegram', 'crc_error_rate', 'no_data']);
  });

  test('a tariff is one of those that it has registers of', () => {
    const hungarian = documentOf(fixture('field/ndokter__sag5sag-meter_p1-no-version-line.txt'));
    expect(announced(hungarian).components['tariff']).toMatchObject({ options: ['1', '2', '3', '4'] });
  });

  test('no number of it is anywhere', () => {
    const belgian = announced(documentOf(fixture('derived/be-emucs-2.1.1-3f-recrc.txt')));
    expect(belgian.device).toMatchObject({ manufacturer: 'FLU', sw_version: 'e-MUCS 50221' });
    expect(JSON.stringify(belgian)).not.toMatch(/253769484|1SAG1|7FLO|541440/);
  });

  test('one whose source is called bridge does not stand in the place of the service', () => {
    const [publication] = open().announce([documentOf(fixture('derived/nl-dsmr-5.0.2-recrc.txt'), 'bridge')]);
    expect(publication?.topic).toBe('homeassistant/device/p1_relay_bridge_meter/config');
    expect(bodyOf(publication as Publication).state_topic).toBe('p1-relay/bridge_meter/state');
  });
});

test('the service and each endpoint are devices of their own, the endpoints behind the service', () => {
  const [agent, home] = open().announce([agentDocument(PUBLISHER), endpointDocument(PUBLISHER, 'home-2')]);
  expect(agent?.topic).toBe('homeassistant/device/p1_relay_bridge/config');
  expect(Object.keys(bodyOf(agent as Publication).components)).toEqual(['problem', 'version', 'started']);
  expect(home?.topic).toBe('homeassistant/device/p1_relay_endpoint_home-2/config');
  expect(bodyOf(home as Publication)).toMatchObject({
    device: { name: 'p1-relay endpoint home-2', via_device: 'p1_relay_bridge' },
    state_topic: 'p1-relay/bridge/health',
    components: {
      queue: { state_class: 'measurement', value_template: "{{ value_json.endpoints['home-2'].queue }}" },
      connected: { platform: 'binary_sensor', device_class: 'connectivity' },
      last_delivery: { device_class: 'timestamp' },
    },
  });
});

const readable = (file: string): boolean => file.endsWith('.txt');
const SAMPLES = [
  ...manifest('MANIFEST.tsv').map(({ file = '' }) => file),
  ...manifest('field/MANIFEST.tsv').map(({ file = '' }) => `field/${file}`),
].filter(readable);

describe("by Home Assistant's rules", () => {
  test.each(SAMPLES)('the meter of %s', (file) => {
    const document = documentOf(fixture(file));
    const [device] = open().announce([document]);
    expect(faultsOfDocument(String(device?.payload))).toEqual([]);
    for (const { topic, payload } of open('entity').announce([document]))
      expect(faultsOfEntity(topic.split('/')[1] ?? '', String(payload))).toEqual([]);
  });

  test('a meter that has all that there is, the service, an endpoint', () => {
    const names = stateRows().map(({ name }) => name);
    const all = meterDocument(PUBLISHER, { meter: 'm', nickname: 'm', header: '', version: undefined, names });
    const documents = [all, agentDocument(PUBLISHER), endpointDocument(PUBLISHER, 'home')];
    for (const { payload } of open().announce(documents)) expect(faultsOfDocument(String(payload))).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['a class without its unit', { unit_of_measurement: undefined }, /unit missing/],
    ['energy that is a measurement', { state_class: 'measurement' }, /state_class measurement/],
    ['a class that there is not', { device_class: 'electricity' }, /unknown device_class/],
    ['an abbreviated key', { dev_cla: 'energy' }, /import_t1/],
    ['options of what is no enum', { options: ['1'] }, /enum/],
    ['no unique_id', { unique_id: undefined }, /import_t1/],
  ])('refuse %s', (_, change, fault) => {
    const document = announced(DUTCH);
    const broken = { ...document, components: { import_t1: { ...document.components['import_t1'], ...change } } };
    expect(faultsOfDocument(JSON.stringify(broken)).join()).toMatch(fault);
  });
});

describe('what changes', () => {
  test('what is there already is not published anew, but to one who comes back', () => {
    const discovery = open();
    expect(discovery.announce([DUTCH])).toHaveLength(1);
    expect(discovery.announce([DUTCH])).toEqual([]);
    expect(discovery.announce([DUTCH], { again: true })).toHaveLength(1);
  });

  test('an entity that is gone keeps nothing but its platform, also after a restart', () => {
    const discovery = open();
    const [before] = discovery.announce([DUTCH]);
    const [after] = discovery.announce([LESS]);
    expect(bodyOf(after as Publication).components).toMatchObject({
      gas: { platform: 'sensor' },
      no_data: { platform: 'binary_sensor' },
    });
    expect(Object.keys(bodyOf(after as Publication).components['gas'] ?? {})).toEqual(['platform']);
    expect(faultsOfDocument(String(after?.payload))).toEqual([]);

    const restarted = open();
    restarted.learn(String(before?.topic), String(before?.payload));
    expect(restarted.componentsOf('p1_relay_house')).toEqual(Object.keys(DUTCH.components));
    expect(restarted.announce([LESS])).toEqual([after]);
    expect(restarted.componentsOf('p1_relay_house')).toEqual(['power']);
  });

  test('a device that is gone is taken away; those of others stay', () => {
    const discovery = open();
    discovery.announce([DUTCH, endpointDocument(PUBLISHER, 'home')]);
    discovery.learn(
      'homeassistant/device/zigbee/config',
      '{"device":{},"availability":[{"topic":"zigbee2mqtt/bridge/state"}]}',
    );
    discovery.learn('homeassistant/device/noise/config', 'no json');
    discovery.learn('homeassistant/device/other/config', '[null]');
    expect(discovery.announce([DUTCH])).toEqual([
      { topic: 'homeassistant/device/p1_relay_endpoint_home/config', payload: '', qos: 1, retain: true },
    ]);
  });

  test('two services at one broker have two prefixes, and leave each other alone', () => {
    const [theirs] = open().announce([DUTCH]);
    const ours = new Discovery({ style: 'device', discoveryPrefix: 'homeassistant', prefix: 'p1-relay-2' });
    ours.learn(String(theirs?.topic), String(theirs?.payload));
    expect(ours.announce([])).toEqual([]);
  });
});

describe('for a Home Assistant before 2024.11', () => {
  test('each entity has a topic of its own', () => {
    const publications = open('entity').announce([LESS]);
    expect(topicsOf(publications)).toEqual(['homeassistant/sensor/p1_relay_house_power/config']);
    const [power] = publications;
    expect(JSON.parse(String(power?.payload))).toMatchObject({
      ...{ unique_id: 'p1_relay_house_power', state_topic: 'p1-relay/house/state', availability_mode: 'all' },
      ...{ device: { identifiers: ['p1_relay_house'] }, origin: { name: 'p1-relay' } },
    });
    expect(JSON.parse(String(power?.payload))).not.toHaveProperty('platform');
  });

  test('one that is newer now moves to one document a device, and keeps what a user made of each entity', () => {
    const old = open('entity').announce([LESS]);
    const discovery = open('device');
    for (const { topic, payload } of old) discovery.learn(topic, String(payload));
    expect(discovery.componentsOf('p1_relay_house')).toEqual(['power']);
    expect(discovery.announce([LESS])).toEqual([
      {
        topic: 'homeassistant/sensor/p1_relay_house_power/config',
        payload: '{"migrate_discovery":true}',
        qos: 1,
        retain: true,
      },
      ...open('device').announce([LESS]),
      { topic: 'homeassistant/sensor/p1_relay_house_power/config', payload: '', qos: 1, retain: true },
    ]);
    expect(discovery.announce([LESS])).toEqual([]);
  });

  test('and back', () => {
    const [old] = open('device').announce([LESS]);
    const discovery = open('entity');
    discovery.learn(String(old?.topic), String(old?.payload));
    expect(discovery.announce([LESS]).map(({ topic, payload }) => [topic, String(payload).slice(0, 10)])).toEqual([
      ['homeassistant/device/p1_relay_house/config', '{"migrate_'],
      ['homeassistant/sensor/p1_relay_house_power/config', '{"device":'],
      ['homeassistant/device/p1_relay_house/config', ''],
    ]);
  });

  test('off takes all away', () => {
    const [old] = open('device').announce([LESS]);
    const discovery = open('off');
    discovery.learn(String(old?.topic), String(old?.payload));
    expect(discovery.announce([LESS])).toEqual([{ topic: old?.topic, payload: '', qos: 1, retain: true }]);
  });
});
