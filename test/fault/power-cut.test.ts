import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/storage/database.ts';
import { createDice } from '../support/dice.ts';
import { record } from '../support/findings.ts';
import { temporaryFolder } from '../support/journal.ts';
import type { Breach } from '../support/power-cut/breaches.ts';
import { cutsOf } from '../support/power-cut/cuts.ts';
import { COMPILER, DiskShim } from '../support/power-cut/disk-shim.ts';
import { Disk, type Files } from '../support/power-cut/disk.ts';
import { lookInto } from '../support/power-cut/found.ts';
import { Ledger } from '../support/power-cut/ledger.ts';
import { Lives } from '../support/power-cut/lives.ts';
import { MARKS } from '../support/power-cut/marks.ts';
import { layOut, recordLife } from '../support/power-cut/recording.ts';
import { describeWithTools } from '../support/tools.ts';

/** How often the power is cut at least; the long form asks for its own number. */
const CUTS = Number(process.env['P1_RELAY_POWER_CUTS'] ?? 60);
const CUTS_PER_LIFE = Math.max(30, Math.ceil(CUTS / 16));
const LONGEST_MS = 15 * 60_000;

/** What the disk must have done while it was recorded: nothing is proven of what never happened. */
const SEEN = [
  'create journal.db',
  'create journal.db-wal',
  'write journal.db-wal',
  'sync journal.db-wal',
  'sync journal.db',
  'sync ',
  'unlink journal.db-wal',
];

describeWithTools('a power cut', [COMPILER], () => {
  let shim: DiskShim;
  beforeAll(() => {
    shim = new DiskShim();
  });
  afterAll(() => shim.remove());

  const folder = (): string => realpathSync(temporaryFolder());

  test(
    `at ${CUTS} random moments, sectors kept, dropped or torn: the journal opens whole, with all that was synced`,
    { timeout: LONGEST_MS },
    async () => {
      const lives = new Lives({ shim, folder: folder(), seed: 1 });
      while (lives.cuts < CUTS) await lives.live(CUTS_PER_LIFE);

      const { telegrams, openedInMs } = lives;
      const note = `${telegrams} telegrams; recovered: the longest open of a journal`;
      record({ ...findingOf('power cut at a random moment', lives), recoveredInMs: openedInMs, note });
      expect(lives.breaches).toEqual([]);
      expect([...lives.seen.keys()]).toEqual(expect.arrayContaining(SEEN));
      // The -wal was written into the database, and begun again in place.
      expect(lives.seen.get('write journal.db-wal anew')).toBeGreaterThan(lives.seen.get('create journal.db-wal')!);
    },
  );

  test(
    'in the midst of a repair: the next start saves as much as one that was not cut short',
    { timeout: LONGEST_MS },
    async () => {
      const work = folder();
      const life = { seed: 2, steps: 300, syncIntervalMs: 1_000, firstNumber: 1 };
      const lived = await recordLife(shim, join(work, 'life'), new Map(), life);
      const damaged = damage(lived.end, layOut(join(work, 'damaged'), lived.end));
      const saved = lookInto(layOut(join(work, 'saved'), damaged), life.steps * 10);
      expect(saved.damage).toEqual([expect.stringContaining('put aside')]);
      expect(saved.rows.length).toBeGreaterThan(10);

      const repair = await recordLife(shim, join(work, 'repair'), damaged, { ...life, steps: 0 });
      const about = { dice: createDice(3), folder: join(work, 'cut'), lies: false };
      const ledger = new Ledger(life.syncIntervalMs);
      Array.from(cutsOf({ ...about, recording: lived, ledger, count: 0 }));
      const owed = ledger.next(saved, life.syncIntervalMs);
      const cuts = Array.from(cutsOf({ ...about, recording: repair, ledger: owed, count: Math.ceil(CUTS / 4) }));
      const breaches = cuts.flatMap((cut) => cut.breaches).filter(({ text }) => !text.startsWith('put aside'));
      record(findingOf('power cut in the midst of a repair', { cuts: cuts.length, breaches }));
      expect(breaches).toEqual([]);
    },
  );

  test('with a card that says it has synced and has not, is seen by these tests', async () => {
    const lives = new Lives({ shim, folder: folder(), seed: 1, steps: 500, lies: true });
    await lives.live(10);
    const kinds = new Set(lives.breaches.map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['lost', 'corrupt', 'twice']));
  });

  test('is played on all that happened: the recording, played to its end, gives the files that are there', async () => {
    const life = { seed: 1, steps: 300, syncIntervalMs: 1_000, firstNumber: 1 };
    const { begin, changes, end } = await recordLife(shim, join(folder(), 'life'), new Map(), life);
    const disk = new Disk(begin);
    for (const change of changes.filter(({ name }) => name !== MARKS)) disk.apply(change);
    expect(disk.whole()).toEqual(end);
    expect(end.get('journal.db')!.length).toBeGreaterThan(0);
  });
});

/** The files with a page overwritten that every open reads, and that holds no telegram. */
function damage(files: Files, folder: string): Files {
  const db = new Database(join(folder, 'journal.db'), { readonly: true });
  const { rootpage: page } = db
    .prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema WHERE name = 'meta'")
    .get()!;
  const bytes = db.pragma('page_size');
  db.close();
  const damaged = Buffer.from(files.get('journal.db')!).fill('damage', (page - 1) * bytes, page * bytes);
  return new Map([...files, ['journal.db', damaged]]);
}

function findingOf(fault: string, { cuts, breaches }: { cuts: number; breaches: readonly Breach[] }) {
  const count = (...kinds: string[]): number => breaches.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    fault,
    tried: cuts,
    lost: count('lost', 'corrupt'),
    twice: count('twice'),
    outOfOrder: count('outOfOrder'),
  };
}
