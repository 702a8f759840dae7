import { rmSync } from 'node:fs';
import { breaches, type Breach } from './breaches.ts';
import type { Change } from './disk-log.ts';
import { Disk, type Files } from './disk.ts';
import { lookInto, NOTHING, type Found } from './found.ts';
import type { Ledger } from './ledger.ts';
import { MARKS, type Mark } from './marks.ts';
import { layOut, type Recording } from './recording.ts';

type Dice = () => number;

export interface CutsOptions {
  readonly recording: Recording;
  /** What the journal owed when the recording began; it is kept as the recording goes on. */
  readonly ledger: Ledger;
  readonly count: number;
  readonly dice: Dice;
  /** Where what a cut left is opened. */
  readonly folder: string;
  /** The disk says that it has synced, and has not. */
  readonly lies: boolean;
}

/** What a power cut left, and what was wrong with it. */
export interface Cut {
  readonly files: Files;
  readonly found: Found;
  readonly breaches: readonly Breach[];
}

const WAL = 'journal.db-wal';

/** Cuts the power at random moments of a recording, in their order, and opens what is left. */
export function* cutsOf({ recording, ledger, count, dice, folder, lies }: CutsOptions): Generator<Cut> {
  const moments = randomMoments(recording, count, dice);
  const disk = new Disk(recording.begin);
  for (const [index, change] of recording.changes.entries()) {
    for (; moments[0] === index; moments.shift()) yield inspect(disk.cut(dice), ledger, folder);
    if (change.name === MARKS) hear(change, ledger);
    else if (change.kind !== 'sync' || !lies) disk.apply(change);
    if (disk.isSynced(WAL)) ledger.walIsSynced();
  }
}

/** Half of them anywhere, which is mostly in a commit; half of them where something rarer happens. */
function randomMoments({ changes }: Recording, count: number, dice: Dice): number[] {
  const isRare = ({ kind, name }: Change): boolean => name !== MARKS && !(kind === 'write' && name === WAL);
  const rare = changes.flatMap((change, index) => (isRare(change) ? [index] : []));
  const anywhere = (): number => Math.floor(dice() * changes.length);
  const somewhereRare = (): number => rare[Math.floor(dice() * rare.length)]!;
  const moments = Array.from({ length: count }, (_, nth) => (nth % 2 === 0 ? anywhere() : somewhereRare()));
  return moments.sort((a, b) => a - b);
}

function hear({ kind, data }: Change, ledger: Ledger): void {
  if (kind === 'write') ledger.mark(JSON.parse(data.toString()) as Mark);
}

function inspect(files: Files, ledger: Ledger, folder: string): Cut {
  layOut(folder, files);
  try {
    const found = lookInto(folder, ledger.highestNumber + 1);
    return { files, found, breaches: breaches(ledger, found) };
  } catch (error) {
    return { files: new Map(), found: NOTHING, breaches: [{ kind: 'corrupt', text: `not opened: ${String(error)}` }] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
