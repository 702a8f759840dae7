import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { countsOf, incoming, numbersOf, openStore, several, temporaryFolder } from '../../support/journal.ts';

/** Changes the files of a closed journal behind its back. */
function tamper(folder: string, sql: string): void {
  const db = new Database(join(folder, 'journal.db'));
  db.exec(sql);
  db.close();
}

function count(folder: string, table: string): number {
  const db = new Database(join(folder, 'journal.db'));
  const { n } = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()!;
  db.close();
  return n;
}

describe('damage to a row', () => {
  function journalOfThree(): string {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(several(1, 3));
    store.close();
    return folder;
  }

  test('is noticed by its CRC, and costs that telegram only', () => {
    const folder = journalOfThree();
    const lastByte = "iif(substr(body, -1) = x'00', x'01', x'00')";
    tamper(
      folder,
      `UPDATE telegram SET body = CAST(substr(body, 1, length(body) - 1) || ${lastByte} AS BLOB) WHERE seq = 2`,
    );
    const rows = openStore(folder).read(0, 10, undefined);
    expect(numbersOf(rows)).toEqual([1, undefined, 3]);
    expect(rows[1]).toMatchObject({ seq: 2, source: 'house', at: 2_000, raw: undefined });
  });

  test('in a body that would inflate without end is no more than that', () => {
    const folder = journalOfThree();
    const bomb = `x'${randomBytes(20).toString('hex')}'`;
    tamper(folder, `UPDATE telegram SET body = ${bomb} WHERE seq = 1`);
    expect(numbersOf(openStore(folder).read(0, 10, undefined))).toEqual([undefined, 2, 3]);
  });

  test('in a dictionary costs nothing: there are two of each', () => {
    const folder = journalOfThree();
    tamper(folder, "UPDATE dictionary SET body = x'ff'");
    const store = openStore(folder);
    expect(numbersOf(store.read(0, 10, undefined))).toEqual([1, 2, 3]);
    store.append([incoming(4)]);
    expect(numbersOf(store.read(0, 10, undefined))).toEqual([1, 2, 3, 4]);
  });

  test('in both dictionaries costs the rows packed against it, and later ones get another', () => {
    const folder = journalOfThree();
    tamper(folder, "UPDATE dictionary SET body = x'ff'; UPDATE dictionary_copy SET body = x'ff'");
    const store = openStore(folder);
    store.append([incoming(4)]);
    expect(numbersOf(store.read(0, 10, undefined))).toEqual([undefined, undefined, undefined, 4]);
    expect(countsOf(store)).toEqual({ waiting: 4 });
  });
});

describe('packing', () => {
  test('10,000 telegrams of a house take less than 300 bytes each on disk', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { syncIntervalMs: 1e9 });
    const house = simulateHouse({ start: new Date('2026-01-05T12:00:00Z'), seed: 7, phases: 3 });
    const telegrams = Array.from({ length: 10_000 }, (_, n) => ({ ...incoming(n), raw: house.next().value }));
    for (let n = 0; n < telegrams.length; n += 100) store.append(telegrams.slice(n, n + 100));
    const perTelegram = store.state().bytes / telegrams.length;
    console.log(`stored: ${perTelegram.toFixed(1)} B a telegram of ${telegrams[0]!.raw.length} B`);
    expect(perTelegram).toBeLessThanOrEqual(300);
    const rows = Array.from({ length: 100 }, (_, n) => store.read(n * 100, 100, undefined)).flat();
    expect(rows.every(({ raw }, n) => raw?.equals(telegrams[n]!.raw) === true)).toBe(true);
  });

  test('a meter that is replaced by another kind soon packs as well as before', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    // Of one length and no digit in common: telegrams of one kind differ in their number only.
    const kinds = [randomBytes(1_000), randomBytes(1_000)].map((body) => (n: number) => ({
      ...incoming(n),
      raw: Buffer.concat([body, Buffer.from(String(n))]),
    }));
    store.append(Array.from({ length: 150 }, (_, n) => kinds[0]!(n)));
    store.append(Array.from({ length: 150 }, (_, n) => kinds[1]!(n)));
    const before = store.state().bytes;
    store.append(Array.from({ length: 1_000 }, (_, n) => kinds[1]!(n)));
    expect((store.state().bytes - before) / 1_000).toBeLessThan(100);
    expect(store.read(0, 2_000, undefined).every(({ raw }) => raw !== undefined)).toBe(true);
    store.close();
    expect(count(folder, 'dictionary')).toBe(2);
  });

  test('telegrams that are all unlike each other make at most one dictionary in a hundred', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(Array.from({ length: 1_001 }, (_, n) => ({ ...incoming(n), raw: randomBytes(500) })));
    expect(store.read(0, 2_000, undefined).every(({ raw }) => raw?.length === 500)).toBe(true);
    store.close();
    expect(count(folder, 'dictionary')).toBeLessThanOrEqual(11);
  });

  test('a dictionary goes with the last row that needs it', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { keepMs: 0, endpoints: [] });
    store.append(Array.from({ length: 1_001 }, (_, n) => ({ ...incoming(n), raw: randomBytes(500) })));
    store.tidy(1e12);
    expect(store.read(0, 10, undefined)).toHaveLength(1);
    expect(store.read(0, 10, undefined)[0]!.raw).toHaveLength(500);
    store.close();
    expect([count(folder, 'dictionary'), count(folder, 'dictionary_copy')]).toEqual([1, 1]);
  });

  test('each source has a dictionary of its own', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(Array.from({ length: 300 }, (_, n) => incoming(n, n % 2 === 0 ? 'house' : 'barn')));
    store.close();
    expect(count(folder, 'dictionary')).toBe(2);
  });

  test('a telegram read back holds little more memory than its bytes', () => {
    const store = openStore(temporaryFolder());
    store.append(several(1, 2));
    for (const { raw } of store.read(0, 10, undefined)) expect(raw!.buffer.byteLength).toBeLessThanOrEqual(4_096);
  });
});
