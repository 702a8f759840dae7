import { z } from 'zod';

/**
 * Home Assistant's rules of discovery, written from its documentation (MQTT discovery, MQTT sensor, sensor entity) and not from what
 * we publish: which keys there are, which are required, and which classes and units go together.
 */

const topic = z.string().regex(/^[^+#\s]+$/);
const availability = z
  .array(z.strictObject({ topic, value_template: z.string().optional() }))
  .min(1)
  .optional();

const shared = {
  unique_id: z.string().regex(/^[A-Za-z0-9_-]+$/),
  name: z.string().min(1),
  value_template: z.string().regex(/^\{\{ value_json(\.[a-z0-9_]+|\['[a-z0-9-]+'\])+ \}\}$/),
  entity_category: z.literal('diagnostic').optional(),
  availability,
};

const sensor = z.strictObject({
  platform: z.literal('sensor'),
  ...shared,
  device_class: z.string().optional(),
  state_class: z.enum(['measurement', 'total', 'total_increasing']).optional(),
  unit_of_measurement: z.string().min(1).optional(),
  suggested_display_precision: z.int().min(0).optional(),
  options: z.array(z.string()).min(1).optional(),
});

const binarySensor = z.strictObject({
  platform: z.literal('binary_sensor'),
  ...shared,
  device_class: z.enum(['problem', 'connectivity']),
});

/** One that is to be removed. */
const removed = z.strictObject({ platform: z.enum(['sensor', 'binary_sensor']) });

const device = z.strictObject({
  identifiers: z.array(z.string().min(1)).min(1),
  name: z.string().min(1),
  manufacturer: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  sw_version: z.string().min(1).optional(),
  configuration_url: z
    .httpUrl()
    .or(z.url({ protocol: /^https?$/ }))
    .optional(),
  via_device: z.string().min(1).optional(),
});

const body = {
  device,
  origin: z.strictObject({
    name: z.string().min(1),
    sw_version: z.string().optional(),
    support_url: z.url().optional(),
  }),
  availability,
  availability_mode: z.enum(['all', 'any', 'latest']).optional(),
  state_topic: topic.optional(),
  qos: z.int().min(0).max(2).optional(),
};

const deviceDocument = z.strictObject({
  ...body,
  components: z.record(z.string(), z.union([sensor, binarySensor, removed])),
});

const entity = z.discriminatedUnion('platform', [sensor.extend(body), binarySensor.extend(body)]);

export type HomeAssistantDocument = z.output<typeof deviceDocument>;

/** Of sensors: which state classes and units a device class may have. */
const CLASSES: Readonly<Record<string, readonly [stateClasses: readonly string[], units: readonly string[]]>> = {
  energy: [
    ['total', 'total_increasing'],
    ['Wh', 'kWh', 'MWh', 'GJ'],
  ],
  power: [['measurement'], ['W', 'kW']],
  apparent_power: [['measurement'], ['VA']],
  reactive_power: [['measurement'], ['var']],
  voltage: [['measurement'], ['V', 'mV']],
  current: [['measurement'], ['A', 'mA']],
  frequency: [['measurement'], ['Hz']],
  duration: [['measurement'], ['s']],
  gas: [['total', 'total_increasing'], ['m³']],
  water: [
    ['total', 'total_increasing'],
    ['m³', 'L'],
  ],
  enum: [[], []],
  timestamp: [[], []],
};

/** What is wrong with a device's document, a sentence each. */
export function faultsOfDocument(payload: string): string[] {
  const parsed = deviceDocument.safeParse(JSON.parse(payload));
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  const components = Object.entries(parsed.data.components);
  const ids = components.flatMap(([, component]) => ('unique_id' in component ? component.unique_id : []));
  return [
    ...(new Set(ids).size < ids.length ? ['unique_id twice'] : []),
    ...components.flatMap(([key, component]) => faultsOfSensor(component).map((fault) => `${key}: ${fault}`)),
    ...(parsed.data.state_topic === undefined ? ['no state_topic'] : []),
  ];
}

/** The same for one entity under a topic of its own, of this platform. */
export function faultsOfEntity(platform: string, payload: string): string[] {
  const parsed = entity.safeParse({ ...(JSON.parse(payload) as object), platform });
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  const own = Object.entries(parsed.data).filter(([key]) => !(key in body) || key === 'availability');
  return faultsOfSensor(Object.fromEntries(own));
}

/** Whatever is no sensor, or is to be removed, has no classes. */
function faultsOfSensor(component: object): string[] {
  const parsed = sensor.safeParse(component);
  if (!parsed.success) return [];
  const { device_class, state_class, unit_of_measurement, options } = parsed.data;
  const [stateClasses, units] =
    device_class === undefined ? [undefined, undefined] : (CLASSES[device_class] ?? [[], []]);
  return [
    ...(device_class !== undefined && !(device_class in CLASSES) ? [`unknown device_class ${device_class}`] : []),
    ...isFaulty(state_class, stateClasses, 'state_class'),
    ...isFaulty(unit_of_measurement, units, 'unit'),
    ...((options !== undefined) === (device_class === 'enum') ? [] : ['options go with enum, and only with it']),
  ];
}

/** A class that has some wants one of them; one that has none wants none. */
function isFaulty(value: string | undefined, allowed: readonly string[] | undefined, what: string): string[] {
  if (allowed === undefined) return [];
  const isRight = allowed.length === 0 ? value === undefined : allowed.includes(value ?? '');
  return isRight ? [] : [`${what} ${value ?? 'missing'}, expected ${allowed.join(' or ') || 'none'}`];
}
