import { rm } from 'node:fs/promises';
import { expect, test as base } from 'vitest';
import { simulateHouse } from '../../src/simulator/house.ts';
import { startDsmrReader, type DsmrReader, type DsmrReaderOptions } from './dsmr-reader.ts';
import { openSerialLine, openTcpLine, type MeterLine, type SerialLine, type TcpLine } from './meter-line.ts';
import { ptyAvailable } from './pty.ts';
import {
  launchService,
  runCommand,
  temporaryFolder,
  type Ended,
  type Service,
  type ServiceOptions,
} from './service.ts';

/**
 * What one test sets up of the real world: lines, servers, services. All of it is taken down behind the test, whatever
 * became of that, and nothing that the program printed may show a key, an equipment identifier or a header's ident.
 */
export class Scene {
  /** A whole second, an hour ago. */
  readonly start = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000);
  readonly #endings: (() => Promise<unknown>)[] = [];
  readonly #services: Service[] = [];
  readonly #printed: string[] = [];
  readonly #secrets = new Set<string>();

  /** A DSMR-reader with a key of its own. */
  async server(options: DsmrReaderOptions = {}): Promise<DsmrReader> {
    const key = options.key ?? `key-${this.#secrets.size}-which-nobody-may-see`;
    this.#secrets.add(key);
    const server = await startDsmrReader({ ...options, key });
    this.#endings.push(() => server.stop());
    return server;
  }

  /** The line of a meter, a pseudo-terminal. */
  async serialLine(link?: string): Promise<SerialLine> {
    return this.#closing(await openSerialLine(link));
  }

  /** The line of a meter as most have it: a pseudo-terminal; where none can be had, behind the network. */
  async line(): Promise<SerialLine | TcpLine> {
    return ptyAvailable.yes ? this.serialLine() : this.tcpLine();
  }

  /** The line of a meter, behind the network. */
  async tcpLine(): Promise<TcpLine> {
    return this.#closing(await openTcpLine());
  }

  /** The first telegrams of a made-up house; their stamps are `start` and a second later each. */
  telegrams(count: number, { seed = 1 } = {}): Buffer[] {
    const house = simulateHouse({ start: this.start, seed, phases: 3 });
    const telegrams = Array.from({ length: count }, () => house.next().value);
    telegrams.slice(0, 1).forEach((telegram) => this.hide(telegram));
    return telegrams;
  }

  /** The stamps of as many telegrams. */
  stamps(count: number): number[] {
    return Array.from({ length: count }, (_, index) => this.start.getTime() + index * 1_000);
  }

  /** The ident and the identifiers of this telegram must not be printed. */
  hide(telegram: Buffer): void {
    for (const text of identifiersIn(telegram.toString('latin1'))) this.#secrets.add(text);
  }

  /** The service, ready. */
  async service(options: ServiceOptions): Promise<Service> {
    const service = await this.launch(options);
    await service.ready();
    return service;
  }

  /** The service, which may never become ready. */
  async launch(options: ServiceOptions): Promise<Service> {
    const service = await launchService(options);
    this.#services.push(service);
    this.#endings.unshift(() => service.end());
    return service;
  }

  async command(args: readonly string[], options: ServiceOptions = {}): Promise<Ended> {
    const ended = await runCommand(args, options);
    this.#printed.push(...`${ended.stdout}\n${ended.stderr}`.split('\n'));
    return ended;
  }

  /** A folder that goes with the test. */
  async folder(): Promise<string> {
    const folder = await temporaryFolder();
    this.#endings.push(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Something else that has to be taken down behind the test. */
  atEnd(ending: () => Promise<unknown>): void {
    this.#endings.push(ending);
  }

  async end(): Promise<void> {
    for (const ending of this.#endings) await ending();
    const printed = [...this.#printed, ...this.#services.flatMap(({ lines }) => lines)];
    const shown = printed.filter((line) => [...this.#secrets].some((secret) => line.includes(secret)));
    expect(shown, 'lines that show a secret or an identifier').toEqual([]);
  }

  #closing<Line extends MeterLine>(line: Line): Line {
    this.#endings.push(() => line.close());
    return line;
  }
}

/** A test with a scene of its own. */
export const test = base.extend<{ scene: Scene }>({
  scene: async ({}, use) => {
    const scene = new Scene();
    await use(scene);
    await scene.end();
  },
});

/** What in a telegram says whose it is: the ident in its header, the identifiers of its devices. */
function identifiersIn(telegram: string): string[] {
  const [, ident = ''] = /^\/...\d\\?([^\r\n]+)/.exec(telegram) ?? [];
  const identifiers = [...telegram.matchAll(/^0-\d:96\.1\.[01]\((\w+)\)/gm)].map(([, digits = '']) => digits);
  return [ident, ...identifiers, ...identifiers.map((digits) => Buffer.from(digits, 'hex').toString('latin1'))];
}

/** An endpoint of each of these servers: `home`, `vps` and so on, by the API given, with these settings besides. */
export function endpointsOf(
  servers: Readonly<Record<string, readonly [DsmrReader, 'v1' | 'v2']>>,
  settings: Readonly<Record<string, string>> = {},
) {
  return Object.entries(servers).map(([name, [{ url, key }, api]]) => ({
    name,
    type: `dsmr-${api}`,
    url,
    key,
    ...settings,
  }));
}

/** The telegrams that a server holds, byte for byte, in the order in which they came. */
export function telegramsAt({ rows }: DsmrReader): string[] {
  return rows.map(({ telegram = '' }) => telegram);
}

/** The stamps that a server holds, in the order in which they came, in milliseconds. */
export function stampsAt({ rows }: DsmrReader): number[] {
  return rows.map(({ reading }) => reading.timestamp);
}

export const asText = (telegrams: readonly Buffer[]): string[] =>
  telegrams.map((telegram) => telegram.toString('latin1'));
