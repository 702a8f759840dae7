import type { Database } from '../storage/database.ts';
import { readAround, readEnds } from '../storage/read-around.ts';
import { copyRows, rescue } from '../storage/salvage.ts';
import { Closing } from './closing.ts';
import { fillHoles } from './holes.ts';
import { Ledger } from './ledger.ts';
import { Meters, type MeterEntry } from './meters.ts';
import { migrations, STORED } from './schema.ts';

/** Tables of every schema there was. */
const FIRST_TABLES = ['meter', 'minute', 'bucket', 'gap'];

/** What damage may have made of the rows that it left to be read: none of these is one of ours. */
const NONSENSE = [
  'meter WHERE NOT json_valid(ifnull(standing, 1)) OR NOT json_valid(ifnull(before, 1)) OR NOT json_valid(ifnull(baseline, 1))',
  'epoch WHERE meter NOT IN (SELECT key FROM meter) OR NOT json_valid(shifts)',
  `minute WHERE meter NOT IN (SELECT key FROM meter) OR NOT json_valid(ifnull(tariffs, 1)) OR end_at % 60 <> 0
    OR typeof(imported) <> 'integer' OR typeof(exported) <> 'integer' OR typeof(seconds) <> 'integer'`,
  `bucket WHERE meter NOT IN (SELECT key FROM meter) OR NOT json_valid(ifnull(tariffs, 1)) OR end_at <= start_at
    OR typeof(imported) <> 'integer' OR typeof(exported) <> 'integer'`,
  'gap WHERE meter NOT IN (SELECT key FROM meter) OR NOT json_valid(moved) OR to_at <= from_at',
];

/**
 * Copies what can still be read of a damaged history into a new one, around the damage. Minutes that are lost become gaps, so that
 * all that the registers show stays accounted for; what the journal still has is to be read once more.
 *
 * @returns how many minutes were saved.
 * @throws what writing the new one throws; nothing is left of it then.
 */
export function salvage(brokenPath: string, path: string, pageBytes: number): number {
  return rescue({ brokenPath, path, migrations, pageBytes, firstTables: FIRST_TABLES }, (to, from) => {
    if (from === undefined) return 0;
    copyAll(from, to);
    to.transaction(() => NONSENSE.forEach((rows) => to.exec(`DELETE FROM ${rows}`)))();
    for (const entry of new Meters(to).all) mend(to, entry);
    return to.prepare<[], { count: number }>('SELECT count(*) AS count FROM minute').get()?.count ?? 0;
  });
}

function copyAll(from: Database, to: Database): void {
  copyRows(readEnds(from, 'meta', 'key'), to, 'meta');
  copyRows(readEnds(from, 'cursor', 'source'), to, 'cursor');
  copyRows(readAround(from, { table: 'meter', key: 'key' }), to, 'meter');
  copyRows(readAround(from, { table: 'minute', key: 'id' }), to, 'minute');
  // Where it was being made anew.
  copyRows(readAround(from, { table: 'minute_before', key: 'id' }), to, 'minute');
  for (const table of ['trouble', 'missed']) copyRows(readAround(from, { table, key: 'rowid' }), to, table);
  for (const { key: meter } of new Meters(to).all) {
    copyRows(readAround(from, { table: 'epoch', key: 'epoch', within: { meter } }), to, 'epoch');
    copyRows(readAround(from, { table: 'gap', key: 'from_at', within: { meter } }), to, 'gap');
    for (const resolution of Object.values(STORED))
      copyRows(readAround(from, { table: 'bucket', key: 'start_at', within: { meter, resolution } }), to, 'bucket');
  }
}

/** As far back as there are minutes, hours and what is made of them are made anew. */
function mend(db: Database, entry: MeterEntry): void {
  const minutes = db.prepare<[number], { first: number | null; last: number | null }>(
    'SELECT min(end_at) AS first, max(end_at) AS last FROM minute WHERE meter = ?',
  );
  db.transaction(() => {
    const { first = null, last = null } = minutes.get(entry.key) ?? {};
    if (first === null || last === null) return;
    fillHoles(db, entry.key, entry.standing);
    const closing = new Closing(db, new Ledger(db));
    closing.upTo(entry, last);
    closing.again(entry, first - 60, last);
  })();
}
