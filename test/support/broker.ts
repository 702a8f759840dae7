import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { until } from './service.ts';

/** What tests with a broker run. */
export const MOSQUITTO = ['mosquitto', 'mosquitto_passwd', 'openssl'];

export interface BrokerOptions {
  /** Lets only this user in. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Lines of an access list. */
  readonly access?: readonly string[];
  /** Speaks TLS, with a certificate for 127.0.0.1 that it signed itself. */
  readonly tls?: boolean;
  /** Lines of mosquitto's own configuration. */
  readonly lines?: readonly string[];
}

/** Debian's mosquitto as a process, on loopback, with what it keeps in a folder of its own. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #watchers: Watcher[] = [];
  #folder = '';
  #port = 0;
  #child: ChildProcess | undefined;

  constructor(options: BrokerOptions = {}) {
    this.#options = options;
  }

  get url(): string {
    return `${this.#options.tls === true ? 'mqtts' : 'mqtt'}://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** The certificate that it shows, with TLS. */
  get ca(): string {
    return join(this.#folder, 'ca.pem');
  }

  /** Starts, or starts again on the same port with what it kept. */
  async start(): Promise<this> {
    if (this.#folder === '') await this.#prepare();
    const said: string[] = [];
    // Not as root it keeps its user anyway.
    const child = spawn('mosquitto', ['-c', join(this.#folder, 'broker.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
    this.#child = child;
    await until(async () => child.exitCode !== null || (await isOpen(this.#port)), 10_000);
    if (child.exitCode !== null) throw new Error(`the broker ended instead of starting: ${said.join('')}`);
    return this;
  }

  /** As its service manager ends it: what is retained is there again after the next start. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exit;
  }

  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.stop(signal);
    await this.start();
  }

  /** It neither reads nor answers, and its connections stay. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Subscribes, as a user's program does, and stays through restarts. */
  async watch(...topics: string[]): Promise<Watcher> {
    const watcher = new Watcher(this.#clientOptions());
    this.#watchers.push(watcher);
    await watcher.subscribe(topics);
    return watcher;
  }

  /** As `watch`; the broker keeps for it what comes while it is away. */
  async watchAlways(...topics: string[]): Promise<Watcher> {
    const watcher = new Watcher({ ...this.#clientOptions(), clean: false, clientId: 'always' });
    this.#watchers.push(watcher);
    await watcher.subscribe(topics);
    return watcher;
  }

  async end(): Promise<void> {
    await Promise.all(this.#watchers.map((watcher) => watcher.end()));
    await this.stop('SIGKILL');
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  #clientOptions(): mqtt.IClientOptions {
    const { tls, login } = this.#options;
    return {
      host: '127.0.0.1',
      port: this.#port,
      protocol: tls === true ? 'mqtts' : 'mqtt',
      rejectUnauthorized: false,
      reconnectPeriod: 50,
      ...(login !== undefined && { username: login.user, password: login.password }),
    };
  }

  async #prepare(): Promise<void> {
    const { login, access, tls, lines = [] } = this.#options;
    const folder = (this.#folder = await mkdtemp(join(tmpdir(), 'p1-relay-broker-')));
    this.#port = await freePort();
    const said = [
      `listener ${this.#port} 127.0.0.1`,
      'user root',
      'persistence true',
      `persistence_location ${folder}/`,
    ];
    if (tls === true) {
      makeCertificate(folder);
      said.push(`certfile ${folder}/ca.pem`, `keyfile ${folder}/key.pem`);
    }
    if (login !== undefined) {
      execFileSync('mosquitto_passwd', ['-b', '-c', join(folder, 'users'), login.user, login.password], {
        stdio: 'ignore',
      });
      said.push(`password_file ${folder}/users`);
    }
    if (access !== undefined) {
      await writeFile(join(folder, 'access'), `${access.join('\n')}\n`, { mode: 0o600 });
      said.push(`acl_file ${folder}/access`);
    }
    said.push(`allow_anonymous ${login === undefined}`, ...lines);
    await writeFile(join(folder, 'broker.conf'), `${said.join('\n')}\n`);
  }
}

/** A message that a watcher got. */
export interface Seen {
  readonly topic: string;
  readonly text: string;
  /** Whether the broker had kept it from before. */
  readonly retained: boolean;
}

/** Somebody who listens to a broker. */
export class Watcher {
  readonly seen: Seen[] = [];
  readonly #client: mqtt.MqttClient;

  constructor(options: mqtt.IClientOptions) {
    this.#client = mqtt.connect({ ...options });
    this.#client.on('message', (topic, payload, { retain }) =>
      this.seen.push({ topic, text: payload.toString('latin1'), retained: retain }),
    );
  }

  async subscribe(topics: string[]): Promise<void> {
    if (topics.length > 0) await this.#client.subscribeAsync(topics, { qos: 2 });
  }

  async publish(topic: string, text: string, retain = false): Promise<void> {
    await this.#client.publishAsync(topic, text, { qos: 1, retain });
  }

  /** What came on a topic, oldest first. */
  texts(topic: string): string[] {
    return this.seen.flatMap((message) => (message.topic === topic ? [message.text] : []));
  }

  /** The newest on a topic; undefined where there was none. */
  last(topic: string): string | undefined {
    return this.texts(topic).at(-1);
  }

  async end(): Promise<void> {
    await this.#client.endAsync(true);
  }
}

/** What something that is no good broker does with each connection. Closed by `end`. */
export class StrangeBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Bytes that came, of all connections. */
  bytes = 0;
  connections = 0;

  constructor(each: (socket: Socket, packet: Buffer) => void, greet: (socket: Socket) => void = () => undefined) {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (packet) => {
        this.bytes += packet.length;
        each(socket, packet);
      });
      greet(socket);
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async end(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** The answer of MQTT 3.1.1 to a CONNECT: 0 lets in. */
export function connack(code: number): Buffer {
  return Buffer.from([0x20, 2, 0, code]);
}

/** The answer to a SUBSCRIBE of MQTT 3.1.1 for one topic: 0x80 refuses it. */
export function suback(subscribe: Buffer, code: number): Buffer {
  return Buffer.from([0x90, 3, subscribe[2]!, subscribe[3]!, code]);
}

/** Whether a packet is a CONNECT. */
export function isConnect(packet: Buffer): boolean {
  return packet[0] === 0x10;
}

function makeCertificate(folder: string): void {
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'ca.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, ...files], { stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
