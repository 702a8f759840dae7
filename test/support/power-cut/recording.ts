import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { changesIn, type Change } from './disk-log.ts';
import type { DiskShim } from './disk-shim.ts';
import type { Files } from './disk.ts';
import type { HistoryLife } from './history-minutes.ts';
import { MARKS, type Life } from './marks.ts';

/** A program, and the name with which its files begin; nothing else in its folder is of any worth. */
export interface Subject {
  readonly program: string;
  readonly file: string;
}

const JOURNAL: Subject = { program: 'program.ts', file: 'journal.db' };
export const HISTORY: Subject = { program: 'history-program.ts', file: 'history.db' };
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
  life: Omit<Life, 'folder'> | Omit<HistoryLife, 'folder'>,
  { program, file }: Subject = JOURNAL,
): Promise<Recording> {
  layOut(folder, begin);
  const log = `${folder}.log`;
  try {
    const args = ['--import', 'tsx', join(import.meta.dirname, program), JSON.stringify({ ...life, folder })];
    await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, ...shim.environment({ folder, log }) },
    });
    const changes = changesIn(readFileSync(log)).filter(
      ({ name }) => name === '' || name === MARKS || name.startsWith(file),
    );
    return { begin, changes, end: filesIn(folder, file) };
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

function filesIn(folder: string, file: string): Files {
  const names = readdirSync(folder).filter((name) => name.startsWith(file));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}
