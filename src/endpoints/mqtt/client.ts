import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';

/** The part of mqtt 5.16 that is used here; its published types want those of a browser. */
export interface MqttClient extends EventEmitter {
  readonly serverProperties: ServerProperties | undefined;
  publish(topic: string, payload: string | Buffer, options: { qos: Qos; retain: boolean }, done: Done): void;
  subscribe(topic: string, options: { qos: Qos }, done: Done): void;
  unsubscribe(topic: string, done: Done): void;
  end(force: boolean, done?: () => void): void;
}

export interface ClientOptions {
  readonly protocolId: 'MQTT';
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  readonly clientId: string;
  readonly clean: true;
  /** In seconds. */
  readonly keepalive: number;
  /** In milliseconds. */
  readonly connectTimeout: number;
  readonly reconnectPeriod: 0;
  readonly resubscribe: false;
  readonly queueQoSZero: false;
  readonly timerVariant: 'native';
  readonly log: () => void;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly will?: { topic: string; payload: string | Buffer; qos: Qos; retain: boolean } | undefined;
  readonly properties?: { maximumPacketSize: number } | undefined;
}

type Qos = 0 | 1 | 2;

/** What the broker says of itself as it takes a connection, with MQTT 5 only. */
interface ServerProperties {
  readonly receiveMaximum?: number;
  readonly maximumQoS?: Qos;
}

export type Done = (error?: Error | null) => void;
type ClientClass = new (stream: () => Duplex, options: ClientOptions) => MqttClient;

/** Loaded when it is wanted: it takes some 5 MB, which only who has a broker should pay for. */
export function newClient(stream: () => Duplex, options: ClientOptions): MqttClient {
  const require = createRequire(import.meta.url);
  const { MqttClient: Client } = require('mqtt') as { MqttClient: ClientClass };
  return new Client(stream, options);
}
