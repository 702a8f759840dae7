import { tell } from '../telegram/recognise.ts';
import { liftableLimit } from '../time/time-limit.ts';
import { candidates, reasonToLeaveAlone, type Machine } from './candidates.ts';
import { Hearing, mostTelling } from './hearing.ts';
import { LISTEN_MS, speedsOf, type Line } from './lines.ts';
import { readPort, type PortSettings } from './port.ts';

export interface Search {
  /** The port that the meter is on, or auto: whichever it is heard on. */
  readonly port: string;
  /** Which are tried, in this order. */
  readonly lines: readonly Line[];
  /** Where the meter was the last time: tried first. */
  readonly known?: PortSettings | undefined;
  /** Told where the meter is. */
  readonly found: (settings: PortSettings) => void;
  /** How long each line is listened to on each port, at most. */
  readonly listenMs?: number;
  readonly machine?: Machine;
}

/** A search takes no longer than this, however many ports there are. */
export const SEARCH_MS = 240_000;

/**
 * Listens to one port and line after the other until a telegram passes the framer, or an encrypted one is whole; from then on it is `readPort`, and the
 * bytes heard before are given too. Known radio sticks are never opened, held ports never taken, nothing is ever
 * written. Ends when the signal aborts.
 * @throws {Error} that tells of each port why it is not the one; what `readPort` throws once the meter was found.
 */
export async function* findMeter(search: Search, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const { port, lines, machine } = search;
  const findings = new Findings(lines);
  const paths = port === 'auto' ? await usable(machine, findings) : [port];
  for (const attempt of attempts(paths, search)) {
    if (findings.isClosed(attempt.path)) continue;
    const hearing = new Hearing(attempt);
    try {
      yield* attend(attempt, hearing, search, paths.length, signal);
    } catch (error) {
      if (hearing.isMeter) throw error;
      findings.close(attempt.path, (error as Error).message);
    }
    if (signal.aborted || hearing.isMeter) return;
    findings.add(attempt.path, hearing);
  }
  throw new Error(port === 'auto' ? findings.ofAll() : findings.of(port));
}

async function usable(machine: Machine | undefined, findings: Findings): Promise<string[]> {
  const all = await candidates(machine);
  for (const candidate of all) {
    const reason = reasonToLeaveAlone(candidate);
    if (reason !== undefined) findings.close(candidate.path, reason);
  }
  return all.map(({ path }) => path);
}

/** The known one, then all ports on the first line, all on the next. */
function attempts(paths: readonly string[], { lines, known }: Search): PortSettings[] {
  const all = lines.flatMap((line) => paths.map((path) => ({ path, ...line })));
  const isKnown = (one: PortSettings): boolean => one.path === known?.path && one.baudRate === known.baudRate;
  return [...all.filter(isKnown), ...all.filter((one) => !isKnown(one))];
}

/** The bytes of a port from the first telegram on; ends without any where none comes in time. */
async function* attend(
  settings: PortSettings,
  hearing: Hearing,
  { found, lines, listenMs = LISTEN_MS }: Search,
  ports: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const limit = liftableLimit(signal, Math.min(listenMs, SEARCH_MS / (ports * lines.length)));
  let isFound = false;
  try {
    for await (const bytes of readPort(settings, limit.signal)) {
      if (isFound) yield bytes;
      else hearing.push(bytes, performance.now());
      if (isFound || !hearing.isMeter) continue;
      isFound = true;
      limit.lift();
      found(settings);
      yield hearing.held;
    }
  } finally {
    limit.release();
  }
}

/** Why each port is not the one. */
class Findings {
  readonly #speeds: string;
  readonly #closed = new Map<string, string>();
  readonly #heard = new Map<string, Hearing[]>();

  constructor(lines: readonly Line[]) {
    this.#speeds = speedsOf(lines);
  }

  /** A port that is not, or cannot be, listened to. */
  close(path: string, reason: string): void {
    this.#closed.set(path, reason);
    this.#heard.set(path, []);
  }

  isClosed(path: string): boolean {
    return this.#closed.has(path);
  }

  add(path: string, hearing: Hearing): void {
    this.#heard.set(path, [...(this.#heard.get(path) ?? []), hearing]);
  }

  of(path: string): string {
    const closed = this.#closed.get(path);
    if (closed !== undefined) return closed.startsWith(path) ? closed : `${path}: ${closed}`;
    const finding = mostTelling(this.#heard.get(path) ?? [])?.finding;
    const heard = finding === undefined ? '' : `: ${tell({ ...finding, remedy: finding.lastRemedy })}`;
    return `${path}: no telegram at ${this.#speeds}${heard}`;
  }

  ofAll(): string {
    const paths = [...this.#heard.keys()];
    if (paths.length === 0) return NO_PORT;
    return `port: auto heard a meter on none of ${paths.length} ports. ${paths.map((path) => this.of(path)).join('. ')}`;
  }
}

const NO_PORT = 'port: auto found no serial port: plug the cable in, or name another one with port: /dev/…';
