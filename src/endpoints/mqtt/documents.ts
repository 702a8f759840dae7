import { modelOf } from '../../reading/meter-model.ts';
import type { MeterValues } from '../../reading/fields.ts';
import { stateRows } from '../../reading/state-rows.ts';
import { componentOf, tariffsOf, type Availability, type Component } from './components.ts';
import { meterPart, topicsOf } from './topics.ts';

/** What Home Assistant is told of one device. */
export interface DiscoveryDocument {
  /** Part of its topics. */
  readonly id: string;
  readonly body: DocumentBody;
  readonly components: Readonly<Record<string, Component>>;
}

/** Of a document: what counts for all of its components. Source: Home Assistant, MQTT discovery, device discovery payload. */
interface DocumentBody {
  readonly device: DeviceFacts;
  readonly origin: { readonly name: string; readonly sw_version: string };
  readonly availability: readonly Availability[];
  readonly availability_mode: 'all';
  readonly state_topic: string;
  readonly qos: 1;
}

interface DeviceFacts {
  readonly identifiers: readonly string[];
  readonly name: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly sw_version?: string;
  readonly configuration_url?: string;
  readonly via_device?: string;
}

/** The service that publishes. */
export interface Publisher {
  /** Of all topics; it tells this service from others at one broker. */
  readonly prefix: string;
  readonly version: string;
  /** Where its page is; undefined where it has none that others can see. */
  readonly pageUrl: string | undefined;
}

/** A meter, as far as Home Assistant is told of it. */
export interface MeterFacts {
  /** The name of its source. */
  readonly meter: string;
  /** What it is called where there is another; undefined where it is the only one. */
  readonly nickname: string | undefined;
  /** What its telegrams begin with, without a number; empty where they do not. */
  readonly header: string;
  readonly version: string | undefined;
  /** Those that its state has. */
  readonly names: readonly string[];
}

/** A meter with an entity for each name of its state, and what tells whether it is heard. */
export function meterDocument(publisher: Publisher, facts: MeterFacts): DiscoveryDocument {
  const topics = topicsOf(publisher.prefix);
  const { meter, nickname, names } = facts;
  const id = meterDeviceId(publisher, meter);
  const tariffs = tariffsOf(names);
  const shown = stateRows().filter(({ name }) => names.includes(name));
  const values = shown.map((row) => [row.name, componentOf(row, id, tariffs)] as const);
  return {
    id,
    body: {
      device: {
        ...{ identifiers: [id], name: nickname === undefined ? 'Smart meter' : `Smart meter ${nickname}` },
        ...makeOf(facts),
        ...pageOf(publisher),
      },
      ...common(publisher, [whileUp(publisher), { topic: topics.meterAvailability(meter) }]),
      state_topic: topics.meterState(meter),
    },
    components: { ...Object.fromEntries(values), ...lineComponents(publisher, id) },
  };
}

/** What a meter is known by: the name of its source, never a number of its own. */
export function meterDeviceId(publisher: Pick<Publisher, 'prefix'>, meter: string): string {
  return idOf(publisher, meterPart(meter));
}

/** What tells how the line to the meter does stays to be seen when the meter is silent. */
function lineComponents(publisher: Publisher, id: string): Record<string, Component> {
  const availability = [whileUp(publisher)];
  return {
    last_telegram: {
      ...sensor(id, 'last_telegram', 'Last telegram', '{{ value_json.last_telegram }}'),
      ...{ device_class: 'timestamp', availability },
    },
    crc_error_rate: {
      ...sensor(id, 'crc_error_rate', 'Rejected telegrams', '{{ value_json.crc_error_rate }}'),
      ...{ state_class: 'measurement', unit_of_measurement: '%', suggested_display_precision: 1, availability },
    },
    no_data: { ...problem(id, 'no_data', 'Meter data problem'), availability },
  };
}

/** The service itself. */
export function agentDocument(publisher: Publisher): DiscoveryDocument {
  const id = agentId(publisher);
  return {
    id,
    body: {
      device: {
        ...{ identifiers: [id], name: PROGRAM, model: 'Service', sw_version: publisher.version },
        ...pageOf(publisher),
      },
      ...common(publisher, [whileUp(publisher)]),
      state_topic: topicsOf(publisher.prefix).bridgeHealth,
    },
    components: {
      problem: problem(id, 'problem', 'Problem'),
      version: sensor(id, 'version', 'Version', '{{ value_json.version }}'),
      started: { ...sensor(id, 'started', 'Started', '{{ value_json.started }}'), device_class: 'timestamp' },
    },
  };
}

/** One endpoint, a device of its own behind that of the service. */
export function endpointDocument(publisher: Publisher, name: string): DiscoveryDocument {
  const id = idOf(publisher, `endpoint_${name}`);
  const own = (what: string): string => `{{ value_json.endpoints['${name}'].${what} }}`;
  return {
    id,
    body: {
      device: {
        identifiers: [id],
        name: `${PROGRAM} endpoint ${name}`,
        model: 'Endpoint',
        via_device: agentId(publisher),
      },
      ...common(publisher, [whileUp(publisher)]),
      state_topic: topicsOf(publisher.prefix).bridgeHealth,
    },
    components: {
      queue: {
        ...sensor(id, 'queue', 'Queue', own('queue')),
        ...{ state_class: 'measurement', unit_of_measurement: 'telegrams', suggested_display_precision: 0 },
      },
      connected: {
        ...{ platform: 'binary_sensor', unique_id: `${id}_connected`, name: 'Connected', device_class: 'connectivity' },
        ...{ entity_category: 'diagnostic', value_template: own('connected') },
      },
      last_delivery: {
        ...sensor(id, 'last_delivery', 'Last delivery', own('last_delivery')),
        device_class: 'timestamp',
      },
    },
  };
}

const PROGRAM = 'p1-relay';

function idOf({ prefix }: Pick<Publisher, 'prefix'>, part: string): string {
  return `${prefix.replace(/[^A-Za-z0-9]/g, '_')}_${part}`;
}

function agentId(publisher: Publisher): string {
  return idOf(publisher, 'bridge');
}

function whileUp({ prefix }: Publisher): Availability {
  return { topic: topicsOf(prefix).bridgeState, value_template: '{{ value_json.state }}' };
}

function common({ version }: Publisher, availability: readonly Availability[]) {
  const origin = { name: PROGRAM, sw_version: version };
  return { origin, availability, availability_mode: 'all', qos: 1 } as const;
}

function pageOf({ pageUrl }: Publisher): Pick<DeviceFacts, 'configuration_url'> {
  return pageUrl === undefined ? {} : { configuration_url: pageUrl };
}

function sensor(id: string, key: string, name: string, value_template: string): Component {
  return { platform: 'sensor', unique_id: `${id}_${key}`, name, entity_category: 'diagnostic', value_template };
}

function problem(id: string, key: string, name: string): Component {
  return {
    ...{ platform: 'binary_sensor', unique_id: `${id}_${key}`, name, device_class: 'problem' },
    ...{ entity_category: 'diagnostic', value_template: '{{ value_json.problem }}' },
  };
}

/** Of the letters that makers are registered by, those whose meters are known. */
const MAKERS: Readonly<Record<string, string>> = {
  ADN: 'Aidon',
  ISK: 'Iskra',
  KAM: 'Kamstrup',
  KFM: 'Kaifa',
  KMP: 'Kamstrup',
  SAG: 'Sagemcom',
};

function makeOf({ header, version }: MeterFacts): Partial<DeviceFacts> {
  const { manufacturer = '', model = '' } = modelOf(header) ?? {};
  return {
    ...(manufacturer !== '' && { manufacturer: MAKERS[manufacturer.toUpperCase()] ?? manufacturer }),
    ...(model !== '' && { model }),
    ...(version !== undefined && { sw_version: versionName(version) }),
  };
}

/** `50` is DSMR 5.0, `50217` a version of Belgium's e-MUCS. */
function versionName(version: string): string {
  const [, major, minor] = /^(\d)(\d)$/.exec(version) ?? [];
  if (major !== undefined) return `DSMR ${major}.${minor ?? ''}`;
  return version.startsWith('502') ? `e-MUCS ${version}` : `P1 ${version}`;
}

/** The version of P1 that a meter says it prints. */
export function p1Version({ version, emucsVersion }: MeterValues): string | undefined {
  return version ?? emucsVersion;
}
