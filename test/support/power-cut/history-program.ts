import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openHistoryStore } from '../../../src/history/open.ts';
import { HistoryReader } from '../../../src/history/read.ts';
import { createDice } from '../dice.ts';
import { batchOf, type HistoryLife } from './history-minutes.ts';
import { MARKS } from './marks.ts';

/** A history that lives fast: a program of its own, which the shim records. What a reader saw of it, it marks. */

const { folder, seed, minutes } = JSON.parse(process.argv[2] ?? '') as HistoryLife;
const dice = createDice(seed);
const marks = openSync(join(folder, MARKS), 'a');
const open = () => openHistoryStore({ folder, keepS: 2 * 86_400 }, () => undefined);

let store = open();
for (let n = store.cursorOf('home') + 1; n <= minutes; n++) {
  store.add(batchOf(n));
  const thrown = dice();
  if (thrown < 0.02) store.note({ source: 'home', atS: n, cause: 'port' });
  else if (thrown < 0.05) store.tidy();
  else if (thrown < 0.06) {
    store.close();
    store = open();
  } else if (thrown < 0.1) tellSeen();
}
tellSeen();

/** The ids that whoever asked got to see, each with the minute that it stood for. */
function tellSeen(): void {
  const reader = new HistoryReader(join(folder, 'history.db'));
  const { records } = reader.records({ startingId: 0, limit: 1_000_000, offset: 0 });
  writeSync(marks, JSON.stringify(records.slice(-100).map(({ id, endS }) => [id, endS])));
  reader.close();
}
