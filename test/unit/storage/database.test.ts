import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { retire } from '../../../src/storage/retired.ts';
import { temporaryFolder } from '../../support/journal.ts';

function table(rows: number): Database {
  const db = new Database(join(temporaryFolder(), 'x.db'));
  db.exec('CREATE TABLE t(n INTEGER PRIMARY KEY)');
  for (let n = 1; n <= rows; n++) db.prepare('INSERT INTO t VALUES (?)').run(n);
  return db;
}

test('a text is prepared once', () => {
  const db = table(2);
  const statement = db.prepare<[], { n: number }>('SELECT n FROM t');
  expect(db.prepare('SELECT n FROM t')).toBe(statement);
  expect(statement.all()).toEqual([{ n: 1 }, { n: 2 }]);
});

test('a setting is read anew each time', () => {
  const db = table(1);
  expect(db.pragma('user_version')).toBe(0);
  db.exec('PRAGMA user_version=7');
  expect(db.pragma('user_version')).toBe(7);
});

describe('a walk', () => {
  test('goes from row to row, and may end at any: then others write', () => {
    const db = table(5);
    const seen: number[] = [];
    for (const { n } of db.walk<{ n: number }>('SELECT n FROM t WHERE n > ?', 1)) {
      seen.push(n);
      if (n === 3) break;
    }
    expect(seen).toEqual([2, 3]);
    expect(db.prepare('DELETE FROM t').run().changes).toBe(5);
  });

  test('can be made again with the same text', () => {
    const db = table(2);
    const walked = (): number[] => [...db.walk<{ n: number }>('SELECT n FROM t')].map(({ n }) => n);
    expect([walked(), walked()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

test('a database closed twice is closed', () => {
  const db = table(1);
  db.close();
  expect(() => db.close()).not.toThrow();
  expect(() => db.prepare('SELECT 1')).toThrow(/not open/);
});

describe('what is retired', () => {
  const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  function retireSome(...held: object[]): readonly WeakRef<object>[] {
    const objects = [...held, ...Array.from({ length: 400 }, () => ({}))];
    retire(objects);
    return objects.map((object) => new WeakRef(object));
  }

  const left = (weak: readonly WeakRef<object>[]): number => weak.filter((one) => one.deref() !== undefined).length;

  test('is let go of once there is much of it, but not what somebody holds', async () => {
    const held = {};
    const weak = retireSome(held);
    await turn();
    expect(left(weak)).toBe(401);
    await turn();
    retireSome();
    await turn();
    expect(left(weak)).toBe(1);
    expect(weak[0]!.deref()).toBe(held);
  });
});
