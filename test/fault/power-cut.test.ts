import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { record } from '../support/findings.ts';
import { temporaryFolder } from '../support/journal.ts';
import { COMPILER, DiskShim } from '../support/power-cut/disk-shim.ts';
import { Disk } from '../support/power-cut/disk.ts';
import { Lives } from '../support/power-cut/lives.ts';
import { MARKS } from '../support/power-cut/marks.ts';
import { recordLife } from '../support/power-cut/recording.ts';
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

      record(findingOf(lives));
      expect(lives.breaches).toEqual([]);
      expect([...lives.seen.keys()]).toEqual(expect.arrayContaining(SEEN));
      // The -wal was written into the database, and begun again in place.
      expect(lives.seen.get('write journal.db-wal anew')).toBeGreaterThan(lives.seen.get('create journal.db-wal')!);
    },
  );

  test('with a card that says it has synced and has not, is seen by these tests', async () => {
    const lives = new Lives({ shim, folder: folder(), seed: 1, lies: true });
    await lives.live(10);
    const kinds = new Set(lives.breaches.map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['lost', 'corrupt', 'twice']));
  });

  test('is played on all that happened: the recording, played to its end, gives the files that are there', async () => {
    const life = { seed: 1, steps: 500, syncIntervalMs: 1_000, firstNumber: 1 };
    const { begin, changes, end } = await recordLife(shim, join(folder(), 'life'), new Map(), life);
    const disk = new Disk(begin);
    for (const change of changes.filter(({ name }) => name !== MARKS)) disk.apply(change);
    expect(disk.whole()).toEqual(end);
    expect(end.get('journal.db')!.length).toBeGreaterThan(0);
  });
});

function findingOf({ cuts, breaches, telegrams, openedInMs }: Lives) {
  const count = (...kinds: string[]): number => breaches.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    fault: 'power cut, what was not synced kept, dropped or torn by sectors',
    tried: cuts,
    lost: count('lost', 'corrupt'),
    twice: count('twice'),
    outOfOrder: count('outOfOrder'),
    recoveredInMs: openedInMs,
    note: `${telegrams} telegrams; behind each cut all of the journal is looked at`,
  };
}
