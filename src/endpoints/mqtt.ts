import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Kit } from '../settings/values.ts';
import { defineEndpoint, type ServiceView, type Surroundings } from './endpoint-type.ts';
import { Broker } from './mqtt/broker.ts';
import { DsmrReader } from './mqtt/dsmr-reader.ts';
import { HomeAssistant } from './mqtt/home-assistant.ts';
import { Live } from './mqtt/live.ts';
import type { Profile } from './mqtt/profile.ts';
import { placeOf } from './mqtt/socket.ts';
import { Stored } from './mqtt/stored.ts';
import { agesBy } from './own-time.ts';

const AN_ADDRESS = 'expected an address such as mqtt://192.168.1.5, or mqtts://broker.example.org with TLS';
const A_TOPIC = 'expected words with slashes between them, without +, # and blanks, such as p1-relay';

const mqttSettings = ({ z, durationWithin, secret }: Kit) => {
  const topic = z.string().regex(/^[^\s#+/$\0]+(\/[^\s#+/\0]+)*$/, A_TOPIC);
  const file = z.string().min(1).optional();
  return z.object({
    url: z
      .url({ protocol: /^mqtts?$/, error: AN_ADDRESS })
      .refine(
        (url) => !/^[^/]*\/\/[^/]*@/.test(url),
        'holds a user, expected user and password as settings of their own',
      )
      .describe('address of the broker: mqtt://, or mqtts:// with TLS; ports 1883 and 8883 unless another is named'),
    user: z.string().min(1).optional().describe('the user that the broker knows us as'),
    password: secret.optional().describe('the password of that user'),
    version: z
      .literal(['auto', '3.1.1', '5', 5], 'expected auto, 3.1.1 or 5')
      .prefault('auto')
      .describe('of MQTT; auto: 5, and 3.1.1 where the broker does not speak that'),
    ca: file.describe(
      "file with the certificate (PEM) to trust in the place of the system's, for a broker that signs its own",
    ),
    cert: file.describe('file with a certificate (PEM) of our own, for a broker that asks for one'),
    certKey: file.describe('file with the key (PEM) to that certificate'),
    clientId: z
      .string()
      .regex(/^[\x21-\x7e]{1,64}$/, 'expected up to 64 characters without blanks')
      .optional()
      .describe('what the broker tells clients apart by; by default p1-relay- and a number that stays the same'),
    profile: z
      .enum(['home-assistant', 'dsmr-reader'])
      .prefault('home-assistant')
      .describe(
        "home-assistant: one state a meter, and what tells Home Assistant of it; dsmr-reader: DSMR-reader's own topics",
      ),
    prefix: topic.prefault('p1-relay').describe('what our own topics begin with; two p1-relays at one broker need two'),
    discovery: z
      .enum(['device', 'entity', 'off'])
      .prefault('device')
      .describe('how Home Assistant is told: device, since 2024.11; entity, before that; off: it is not'),
    discoveryPrefix: topic.prefault('homeassistant').describe('where Home Assistant looks'),
    takeOver: z
      .boolean()
      .prefault(false)
      .describe('whether profile dsmr-reader goes over what another one has published on its topics'),
    delivery: z
      .enum(['live', 'stored'])
      .prefault('live')
      .describe(
        'live: only the newest counts, and nothing is kept while the broker is away; stored: every telegram, in order, as well',
      ),
    interval: durationWithin('0s', '1h')
      .prefault('10s')
      .describe('how often a state is published; 0s with every telegram'),
    powerDelta: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .prefault(100)
      .describe('a step of the power by so many watts is published at once, though not more often than each second'),
    keepAlive: durationWithin('5s', '1h').prefault('30s').describe('how often a quiet connection is tried'),
    timeout: durationWithin('1s', '5m')
      .prefault('20s')
      .describe('how long connecting may take, and a message until the broker has acknowledged it'),
  });
};

type MqttSettings = z.output<ReturnType<typeof mqttSettings>>;

/** A broker of MQTT: the state of each meter for all who listen there, and every telegram where that is wanted. */
export const mqtt = defineEndpoint({
  about: {
    what: 'brokers of MQTT: states for Home Assistant, or the topics of a DSMR-reader',
    delivery: 'the newest of each meter, as it comes; with `delivery: stored` every telegram, in order, as well',
  },
  settings: mqttSettings,
  isOfAllSources: ({ profile }) => profile !== 'dsmr-reader',
  isLiveOnly: ({ delivery }) => delivery === 'live',
  create(settings, surroundings = {}) {
    const { name = 'mqtt', service = NO_SERVICE } = surroundings;
    const broker = openBroker(settings, name, service);
    const profile = profileOf(settings, surroundings, service);
    const stored = new Stored(profile, broker);
    const live = new Live({
      broker,
      profile,
      showsTelegrams: settings.delivery === 'live' || settings.profile === 'home-assistant',
      onLink: (link) => stored.linked(link),
      onFailure: (error) => stored.failed(error),
    });
    return {
      live,
      batch: stored.batch,
      isIdempotent: true,
      deliver: (letter, signal) => stored.deliver([letter], signal),
      probe: (signal) => stored.probe(signal),
      probed: 'answers, and lets us in; whether it lets us publish shows with the first telegram',
    };
  },
});

function openBroker(settings: MqttSettings, name: string, { instanceId }: ServiceView): Broker {
  const { url, user, password, ca, cert, certKey: key, keepAlive: keepAliveMs, timeout: timeoutMs } = settings;
  const files = Object.entries({ ca, cert, key }).map(([what, path]) => [what, readPem(what, path)] as const);
  const { address, ...place } = placeOf(url, Object.fromEntries(files.filter(([, text]) => text !== undefined)));
  const { clientId = name === 'mqtt' ? `p1-relay-${instanceId}` : `p1-relay-${instanceId}-${name}` } = settings;
  const version = settings.version === 5 ? '5' : settings.version;
  return new Broker({ address, place, user, password, version, clientId, keepAliveMs, timeoutMs });
}

function profileOf(
  settings: MqttSettings,
  { meters = new Map(), prices = [], ...of }: Partial<Surroundings>,
  service: ServiceView,
): Profile {
  const { prefix, discovery: style, discoveryPrefix, takeOver: takesOver } = settings;
  const { now = () => new Date(), ageOf = agesBy(now) } = of;
  const pace = { intervalMs: settings.interval, powerDelta: settings.powerDelta };
  if (settings.profile === 'home-assistant')
    return new HomeAssistant({ ...pace, style, discoveryPrefix, prefix, meters, service, ageOf, chance: Math.random });
  const [first, ...others] = meters;
  if (others.length > 0) throw new Error('profile dsmr-reader shows one meter, as DSMR-reader does: name it by source');
  const [meter, place] = first ?? ['', { timeZone: 'Europe/Amsterdam', gasChannel: undefined }];
  return new DsmrReader({ ...pace, meter, place, service, takesOver, prices });
}

const NO_SERVICE: ServiceView = {
  ...{ version: '0', instanceId: '0', startedAt: new Date(0), pageUrl: undefined },
  ...{ sources: () => [], endpoints: () => [] },
};

function readPem(setting: string, path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`${setting}: ${path} cannot be read; expected a file in PEM`, { cause });
  }
}
