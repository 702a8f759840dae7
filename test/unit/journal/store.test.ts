import { describe, expect, test } from 'vitest';
import {
  countsOf,
  filesAsAfterAKill,
  incoming,
  numbersOf,
  openStore,
  restOf,
  several,
  temporaryFolder,
} from '../../support/journal.ts';

const passed = (seqs: number[], how: 'delivered' | 'thinned' = 'delivered', endpoint = 'a') =>
  seqs.map((seq) => ({ endpoint, seq, how }));

describe('what was accepted', () => {
  test('is read back byte for byte, in order, with its source, time and checksum', () => {
    const store = openStore(temporaryFolder());
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const seqs = store.append([
      { source: 'house', at: 1_700_000_000_123, checksum: 'repaired', raw: bytes },
      { source: 'barn', at: 5, checksum: 'absent', raw: Buffer.from('/B\r\n\r\n!\r\n') },
    ]);
    expect(seqs).toEqual([1, 2]);
    expect(store.read(0, 10, undefined)).toEqual([
      { seq: 1, source: 'house', at: 1_700_000_000_123, checksum: 'repaired', raw: Buffer.from(bytes) },
      { seq: 2, source: 'barn', at: 5, checksum: 'absent', raw: Buffer.from('/B\r\n\r\n!\r\n') },
    ]);
  });

  test('is there again after a clean close', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(several(1, 3));
    store.close();
    expect(numbersOf(openStore(folder).read(0, 10, undefined))).toEqual([1, 2, 3]);
  });

  test('is there again after kill -9, whether it was synced or not', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append([incoming(1)]);
    store.append([incoming(2)]);
    expect(numbersOf(openStore(filesAsAfterAKill(folder)).read(0, 10, undefined))).toEqual([1, 2]);
  });

  test('is read from behind a number, so many at a time, of one source or of all', () => {
    const store = openStore(temporaryFolder());
    store.append([
      incoming(1, 'house'),
      incoming(2, 'barn'),
      incoming(3, 'house'),
      incoming(4, 'barn'),
      incoming(5, 'house'),
    ]);
    expect(numbersOf(store.read(0, 2, undefined))).toEqual([1, 2]);
    expect(numbersOf(store.read(2, 10, undefined))).toEqual([3, 4, 5]);
    expect(numbersOf(store.read(1, 10, 'house'))).toEqual([3, 5]);
    expect(numbersOf(store.read(0, 1, 'barn'))).toEqual([2]);
    expect(store.read(0, 10, 'no such source')).toEqual([]);
  });

  test('leaves nothing behind where one telegram of an append fails', () => {
    const store = openStore(temporaryFolder());
    store.append([incoming(1)]);
    const unwritable = { ...incoming(3, 'new source'), at: Symbol('no time') as unknown as number };
    expect(() => store.append([incoming(2), unwritable])).toThrow();
    store.append([incoming(4, 'new source')]);
    expect(numbersOf(store.read(0, 10, undefined))).toEqual([1, 4]);
    expect(store.read(0, 10, undefined).map(({ source }) => source)).toEqual(['house', 'new source']);
    expect(countsOf(store)).toEqual({ waiting: 2 });
  });
});

describe('cursors', () => {
  const endpoints = [
    { name: 'all', source: undefined },
    { name: 'barn', source: 'barn' },
  ];

  test('each endpoint has its own, and counts what it did with each letter', () => {
    const store = openStore(temporaryFolder(), { endpoints });
    store.append([
      incoming(1, 'house'),
      incoming(2, 'barn'),
      incoming(3, 'house'),
      incoming(4, 'barn'),
      incoming(5, 'barn'),
    ]);
    expect([countsOf(store, 'all'), countsOf(store, 'barn')]).toEqual([{ waiting: 5 }, { waiting: 3 }]);

    store.cursors.pass([
      ...passed([1], 'delivered', 'all'),
      ...passed([2], 'thinned', 'all'),
      ...passed([2], 'delivered', 'barn'),
    ]);
    expect(countsOf(store, 'all')).toEqual({ waiting: 3, delivered: 1, thinned: 1 });
    expect(countsOf(store, 'barn')).toEqual({ waiting: 2, delivered: 1 });
    expect(numbersOf(restOf(store, 'all'))).toEqual([3, 4, 5]);
    expect(numbersOf(restOf(store, 'barn', 'barn'))).toEqual([4, 5]);
  });

  test('are on disk with the next append, and after kill -9 stand where they stood', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { endpoints });
    store.append(several(1, 4, 'barn'));
    store.cursors.pass(passed([1, 2], 'delivered', 'all'));
    store.append([incoming(5, 'house')]);

    const again = openStore(filesAsAfterAKill(folder), { endpoints });
    expect(countsOf(again, 'all')).toEqual({ waiting: 3, delivered: 2 });
    expect(countsOf(again, 'barn')).toEqual({ waiting: 4 });
    expect(numbersOf(restOf(again, 'all'))).toEqual([3, 4, 5]);
  });

  test('are written without a telegram too, where a meter is silent', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(several(1, 3));
    store.cursors.pass(passed([1, 2]));
    expect(countsOf(openStore(filesAsAfterAKill(folder)))).toEqual({ waiting: 3 });
    store.writeCursors();
    expect(countsOf(openStore(filesAsAfterAKill(folder)))).toEqual({ waiting: 1, delivered: 2 });
  });

  test('do not move back where the commit that carries them fails', () => {
    const store = openStore(temporaryFolder());
    store.append(several(1, 3));
    store.cursors.pass(passed([1, 2]));
    expect(() => store.append([{ ...incoming(4), at: Symbol('no time') as unknown as number }])).toThrow();
    expect(countsOf(store)).toEqual({ waiting: 1, delivered: 2 });
  });

  test('a new endpoint begins behind the newest letter, or with the oldest where that was asked for', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { endpoints: [] });
    store.append(several(1, 3));
    store.close();

    const now = openStore(filesAsAfterAKill(folder));
    expect([countsOf(now), restOf(now)]).toEqual([{}, []]);
    now.append([incoming(4)]);
    expect(numbersOf(restOf(now))).toEqual([4]);

    const beginning = openStore(folder, { newEndpointsFrom: 'beginning' });
    expect(countsOf(beginning)).toEqual({ waiting: 3 });
    expect(numbersOf(restOf(beginning))).toEqual([1, 2, 3]);
  });

  test('an endpoint that was taken out and put back goes on where it was, and what came meanwhile waits', () => {
    const folder = temporaryFolder();
    const first = openStore(folder, { endpoints });
    first.append(several(1, 4, 'barn'));
    first.cursors.pass(passed([1, 2], 'delivered', 'barn'));
    first.close();

    const without = openStore(folder, { endpoints: [endpoints[0]!] });
    without.append([incoming(5, 'barn'), incoming(6, 'house')]);
    without.close();

    const again = openStore(folder, { endpoints });
    expect(countsOf(again, 'barn')).toEqual({ waiting: 3, delivered: 2 });
    expect(numbersOf(restOf(again, 'barn', 'barn'))).toEqual([3, 4, 5]);
    expect(countsOf(again, 'all')).toEqual({ waiting: 6 });
  });

  test('an endpoint that is given another source counts what waits anew', () => {
    const folder = temporaryFolder();
    const before = openStore(folder, { endpoints: [{ name: 'a', source: 'house' }] });
    before.append([incoming(1, 'house'), incoming(2, 'barn'), incoming(3, 'barn')]);
    before.close();
    const after = openStore(folder, { endpoints: [{ name: 'a', source: 'barn' }] });
    expect(countsOf(after)).toEqual({ waiting: 2 });
  });

  test("the oldest letter that waits is the oldest of the endpoint's own source", () => {
    const store = openStore(temporaryFolder(), { endpoints });
    store.append([incoming(1, 'house'), incoming(2, 'barn'), incoming(3, 'house')]);
    const oldest = () => Object.fromEntries(store.view.state().endpoints.map(({ name, oldestAt }) => [name, oldestAt]));
    expect(oldest()).toMatchObject({ all: 1_000, barn: 2_000 });
    store.cursors.pass(passed([1, 2, 3], 'delivered', 'all'));
    expect(oldest()).toMatchObject({ all: undefined, barn: 2_000 });
  });
});
