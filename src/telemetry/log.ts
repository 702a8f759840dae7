import { pino, type Logger } from 'pino';
import { Budget } from './budget.ts';
import { createMask } from './mask.ts';

export type Log = Logger;
type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogOptions {
  readonly level: LogLevel;
  /** Texts that must never be printed. */
  readonly secrets: readonly string[];
  /** Of it: JOURNAL_STREAM, which says that systemd's journal reads along and stamps the lines itself. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes whole lines; standard output by default. */
  readonly write?: (line: string) => void;
}

/** pino's levels, by their number: what a person reads, and what the journal reads (sd-daemon(3)). */
const LEVELS: Readonly<Record<number, { readonly name: string; readonly priority: string }>> = {
  60: { name: 'FATAL', priority: '<2>' },
  50: { name: 'ERROR', priority: '<3>' },
  40: { name: 'WARN ', priority: '<4>' },
  30: { name: 'INFO ', priority: '<6>' },
  20: { name: 'DEBUG', priority: '<7>' },
  10: { name: 'TRACE', priority: '<7>' },
};

const ERROR = 50;

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
}

/**
 * The log: one line an event, for people, on standard output. Masked, and bounded under every fault.
 *
 * Written synchronously and without a worker: lines held in memory are lost exactly when they matter, at an exit.
 */
export function createLog({ level, secrets, env, write = toStandardOutput() }: LogOptions): Log {
  const mask = createMask(secrets);
  // Errors have a budget of their own: a source that comes and goes must not keep them back.
  const [budget, errorBudget] = [new Budget(), new Budget()];
  const print = env['JOURNAL_STREAM'] === undefined ? printStamped : printForJournal;
  const stream = {
    write(json: string): void {
      const line = JSON.parse(json) as Line;
      const heldBack = (line.level >= ERROR ? errorBudget : budget).spend();
      if (heldBack === undefined) return;
      const note = heldBack === 0 ? '' : ` (${heldBack} lines before this one were left out)`;
      write(`${mask(print({ ...line, msg: line.msg + note }).replaceAll(/[\r\n]+/g, ' '))}\n`);
    },
  };
  return pino({ level, base: null }, stream);
}

function printStamped({ level, time, msg }: Line): string {
  return `${new Date(time).toISOString()} ${LEVELS[level]?.name ?? ''} ${msg}`;
}

function printForJournal({ level, msg }: Line): string {
  return `${LEVELS[level]?.priority ?? ''}${msg}`;
}

function toStandardOutput(): (line: string) => void {
  const destination = pino.destination({ fd: 1, sync: true });
  // Whoever reads the log may go away (EPIPE): the service does not.
  destination.on('error', () => undefined);
  return (line) => void destination.write(line);
}
