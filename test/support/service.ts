import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, NoService } from '../../src/service/control.ts';
import type { OutboxRow } from '../../src/service/desk.ts';
import type { Health } from '../../src/service/health.ts';

/** The built program. */
export const CLI = join(import.meta.dirname, '../../dist/cli.js');

export interface ServiceOptions {
  /** What the configuration file says (JSON is YAML); none where the environment says it all. */
  readonly config?: Record<string, unknown>;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Kept by the caller, to start again on; by default a temporary folder that `end` removes. */
  readonly stateDir?: string;
  /** Options of node itself. */
  readonly execArgv?: readonly string[];
  /** Words in front of the command, to run it in another way: `['setpriv', …]`. */
  readonly through?: readonly string[];
  /** What it reads on standard input; nothing by default. */
  readonly input?: Uint8Array;
}

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own, with a state directory in it, removed by the caller. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'p1-relay-'));
}

/** Starts `p1-relay run` as a process and waits until it says that it is ready. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const service = await launchService(options);
  await service.ready();
  return service;
}

/** Starts `p1-relay run` as a process, which may never become ready. */
export async function launchService(options: ServiceOptions): Promise<Service> {
  const folder = await temporaryFolder();
  const stateDir = options.stateDir ?? join(folder, 'state');
  const child = await spawnProgram(['run', ...(options.args ?? [])], { ...options, stateDir }, folder);
  return new Service(child, folder, stateDir);
}

/** Runs one command to its end, on the state directory and configuration given. */
export async function runCommand(args: readonly string[], options: ServiceOptions = {}): Promise<Ended> {
  const folder = await temporaryFolder();
  try {
    const child = await spawnProgram(args, options, folder);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, stdout, stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Services of several tests at a time would be after one port: a test that wants the page says so. */
const NO_PAGE = { enabled: false };

async function spawnProgram(args: readonly string[], options: ServiceOptions, folder: string) {
  const { config, env, execArgv = [], through = [], stateDir, input } = options;
  const file = join(folder, 'config.yaml');
  if (config !== undefined) await writeFile(file, JSON.stringify({ http: NO_PAGE, ...config }), { mode: 0o600 });
  const named = config === undefined ? [] : ['--config', file];
  const [command = '', ...rest] = [
    ...through,
    ...(execArgv.length === 0 ? [] : [process.execPath, ...execArgv]),
    CLI,
    ...args,
    ...named,
  ];
  const state = {
    ...(stateDir !== undefined && { P1_RELAY_STATE__DIR: stateDir }),
    ...(config === undefined && { P1_RELAY_HTTP__ENABLED: 'false' }),
  };
  // As a user starts it: its first line names node and the flags; node is that of the tests.
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn(command, rest, { cwd: folder, env: { PATH, ...state, ...env } });
  child.stdin.on('error', () => undefined); // a program that ends before it has read everything
  child.stdin.end(input);
  return child;
}

/** The program as a process of its own. */
export class Service {
  readonly stateDir: string;
  /** What it printed, whole lines. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #exit: Promise<number | null>;

  constructor(child: ChildProcess, folder: string, stateDir: string) {
    this.#child = child;
    this.#folder = folder;
    this.stateDir = stateDir;
    this.#exit = once(child, 'close').then(([code]) => code as number | null);
    let rest = '';
    const read = (chunk: Buffer): void => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async ready(): Promise<void> {
    await until(() => !this.isRunning || this.lines.some((line) => line.includes(' ready: ')), 20_000);
    if (!this.isRunning) throw new Error(`the service ended instead of starting:\n${this.lines.join('\n')}`);
  }

  async health(): Promise<Health> {
    return (await this.#ask('/health')) as Health;
  }

  async outbox(): Promise<OutboxRow[]> {
    return (await this.#ask('/outbox')) as OutboxRow[];
  }

  /** A service is ready before its journal is open, and may not have its socket before that. */
  async #ask(route: string): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      try {
        return await ask(join(this.stateDir, 'control.sock'), 'GET', route);
      } catch (error) {
        const isEarly = error instanceof NoService || String(error).includes('not open yet');
        if (tries === 100 || !isEarly || !this.isRunning) throw error;
        await wait(100);
      }
    }
  }

  /** Asks it to stop. @returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exit;
  }

  /** As a power cut would, but for what is in the page cache. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** @returns its exit code, once it ends by itself. */
  async exited(): Promise<number | null> {
    return this.#exit;
  }

  /** Stops it where it still runs, and removes its folder. */
  async end(): Promise<void> {
    if (this.isRunning) await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Waits until something holds. @throws where it does not within the time. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still not so after ${timeoutMs} ms: ${holds.toString()}`);
    await wait(20);
  }
}
