import { join } from 'node:path';
import type { Damage, Subject } from '../journal/survey.ts';
import type { JournalDesk } from '../service/journal-desk.ts';
import { isWell, verify, type Verdict, type Waits } from '../service/verify.ts';
import { quarantinedBeside } from '../storage/sqlite.ts';
import { count } from '../telemetry/wording.ts';
import type { Io, Outcome } from './command.ts';

/** Prints what of the journal is damaged, missing or waiting. */
export async function showVerdict(desk: JournalDesk, stateDir: string, json: boolean, io: Io): Promise<Outcome> {
  const path = join(stateDir, 'journal.db');
  const before = quarantinedBeside(path);
  const verdict = await verify(desk, io.signal);
  // A service that meets a page that it cannot read repairs at once.
  const repaired = quarantinedBeside(path).filter((broken) => !before.includes(broken));
  const faults = [...verdict.faults, ...repaired.map((broken) => `the service met damage and repaired it: ${broken}`)];
  const whole = { ...verdict, ok: verdict.ok && repaired.length === 0, faults };
  io.stdout.write(`${json ? JSON.stringify(toJson(whole), null, 2) : verdictText(whole)}\n`);
  return whole.ok ? 'ok' : 'failed';
}

/** Says that a journal cannot be looked at at all. */
export function showUnread({ message }: Error, json: boolean, { stdout }: Io): Outcome {
  const verdict = { ok: false, service: 'stopped', faults: [message] };
  stdout.write(`${json ? JSON.stringify(verdict, null, 2) : `damaged: ${message}`}\n`);
  return 'failed';
}

function toJson({ damaged, endpoints, ...rest }: Verdict): object {
  return {
    ...rest,
    damaged: damaged.map(({ from, to, ...one }) => ({ ...one, from: stamp(from), to: stamp(to) })),
    endpoints: endpoints.map(({ name, waiting, found, oldestAt, aside }) => ({
      ...{ name, waiting, found, missing: Math.max(0, waiting - found) },
      ...{ oldest: stamp(oldestAt), aside },
    })),
  };
}

/** One line says that all is well; else a line for each finding. */
function verdictText({ ok, telegrams, dictionaries, deadLetters, damaged, faults, endpoints }: Verdict): string {
  const looked = `${count(telegrams, 'telegram')}, ${count(dictionaries, 'dictionary').replace(/ys$/, 'ies')} and ${count(deadLetters, 'dead letter')} read`;
  const findings = [
    ...faults.map((fault) => `file: ${fault}`),
    ...damaged.map(damageText),
    ...endpoints.filter((one) => !isWell(one)).flatMap(waitsText),
  ];
  return [ok ? `whole: ${looked}` : looked, ...findings].join('\n');
}

const NOUNS: Readonly<Record<Subject, string>> = {
  numbers: 'telegram',
  telegrams: 'telegram',
  dictionaries: 'dictionary',
  dead: 'dead letter',
};

/** What is damaged, in one line: which, and from when. */
export function damageText({ subject, first, last, from, to, what }: Damage): string {
  const noun = NOUNS[subject];
  const which = first === last ? `${noun} ${first}` : `${noun} ${first} to ${last === MOST ? 'the last' : last}`;
  const times = [...new Set([from, to])].flatMap((at) => stamp(at) ?? []);
  return `damaged: ${which}${times.length === 0 ? '' : ` (received ${times.join(' to ')})`}: ${what}`;
}

const MOST = Number.MAX_SAFE_INTEGER;

function waitsText({ name, waiting, found, oldestAt, aside, isFresh }: Waits): string[] {
  const lines: string[] = [];
  const gap = waiting - found;
  if (gap > 0) lines.push(`missing: ${count(gap, 'letter')} of the ${waiting} that wait for endpoint ${name}`);
  if (gap < 0) lines.push(`endpoint ${name}: ${count(-gap, 'letter')} more than its count of ${waiting}`);
  if (waiting > 0 && !isFresh)
    lines.push(
      `waiting: ${count(waiting, 'letter')} for endpoint ${name}, the oldest since ${stamp(oldestAt) ?? 'unknown'}`,
    );
  if (aside > 0) lines.push(`waiting: ${count(aside, 'letter')} set aside for endpoint ${name}`);
  return lines;
}

function stamp(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
