import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { changesIn, type Change } from './disk-log.ts';
import type { DiskShim } from './disk-shim.ts';
import type { Files } from './disk.ts';
import { MARKS, type Life } from './marks.ts';

const PROGRAM = join(import.meta.dirname, 'program.ts');
/** What the journal commits to; nothing else in its folder is of any worth. */
const JOURNAL = 'journal.db';
/** As large as the journal sets aside, so that it does not write it anew behind each cut. */
const RESERVE = { name: 'journal.reserve', bytes: 8_000_000 };

/** What a program did to the disk under its journal. */
export interface Recording {
  readonly begin: Files;
  /** What it said stands among them, as writes to {@link MARKS}. */
  readonly changes: readonly Change[];
  /** What was there when it had ended. */
  readonly end: Files;
}

/** Runs the program on a journal of these files, and writes down what it does to them. */
export async function recordLife(
  shim: DiskShim,
  folder: string,
  begin: Files,
  life: Omit<Life, 'folder'>,
): Promise<Recording> {
  layOut(folder, begin);
  const log = `${folder}.log`;
  try {
    const args = ['--import', 'tsx', PROGRAM, JSON.stringify({ ...life, folder } satisfies Life)];
    await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...shim.environment({ folder, log }) },
    });
    const changes = changesIn(readFileSync(log)).filter(({ name }) => name === '' || name === MARKS || isJournal(name));
    return { begin, changes, end: filesIn(folder) };
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(log, { force: true });
  }
}

/** Makes a folder with a journal of these files. */
export function layOut(folder: string, files: Files): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const reserve = join(folder, RESERVE.name);
  writeFileSync(reserve, '');
  truncateSync(reserve, RESERVE.bytes);
  return folder;
}

function filesIn(folder: string): Files {
  const names = readdirSync(folder).filter(isJournal);
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

const isJournal = (name: string): boolean => name.startsWith(JOURNAL);
