import { expect, onTestFinished, test } from 'vitest';
import { StoppedJournal } from '../../../src/journal/stopped.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import { fileJournalDesk, type JournalDesk } from '../../../src/service/journal-desk.ts';
import { verify, type Verdict } from '../../../src/service/verify.ts';
import { openStore, several, temporaryFolder } from '../../support/journal.ts';

const endpoints = ['a', 'b', 'c'].map((name) => ({ name, source: name === 'c' ? 'barn' : undefined }));
const { signal } = new AbortController();
const waits = ({ endpoints: all }: Verdict) => all.map(({ name, waiting, found }) => [name, waiting, found]);

/** Ten telegrams of a house and five of a barn; three endpoints, each somewhere else. */
function filled(folder: string): JournalStore {
  const store = openStore(folder, { endpoints });
  store.append([...several(1, 10), ...several(11, 15, 'barn')]);
  pass(store, 'a', 4);
  pass(store, 'b', 12);
  return store;
}

function pass(store: JournalStore, endpoint: string, upTo: number): void {
  const from = (store.cursors.placeOf(endpoint)?.acked ?? 0) + 1;
  const seqs = Array.from({ length: upTo - from + 1 }, (_, index) => from + index);
  store.cursors.pass(seqs.map((seq) => ({ endpoint, seq, how: 'delivered' })));
}

/** A journal that goes on: `meanwhile` comes to pass before each part that is looked at. */
const going = (store: JournalStore, meanwhile: () => void): JournalDesk => ({
  isLive: true,
  state: () => Promise.resolve(store.view.state()),
  survey: (asked) => {
    meanwhile();
    return Promise.resolve(store.view.survey(asked));
  },
  page: () => Promise.reject(new Error('not asked for')),
  faults: () => Promise.resolve([]),
});

test('of endpoints at different places each is found what waits for it', async () => {
  const folder = temporaryFolder();
  filled(folder).close();
  const journal = new StoppedJournal(folder);
  onTestFinished(() => journal.close());
  const verdict = await verify(fileJournalDesk(journal), signal);
  expect(waits(verdict)).toEqual([
    ['a', 11, 11],
    ['b', 3, 3],
    ['c', 5, 5],
  ]);
  expect(verdict).toMatchObject({ ok: false, service: 'stopped', telegrams: 15, dictionaries: 2, damaged: [] });
});

test('what comes and goes while it is counted is not missing', async () => {
  const store = filled(temporaryFolder());
  let at = 15;
  const verdict = await verify(
    going(store, () => {
      store.append(several(at + 1, at + 1));
      at += 1;
      pass(store, 'a', at - 9);
    }),
    signal,
  );
  expect(verdict.endpoints.map(({ waiting, found }) => waiting - found)).toEqual([0, 0, 0]);
});

test('what retention takes while it is counted is not missing', async () => {
  const store = openStore(temporaryFolder(), { endpoints, keepMs: 0 });
  store.append(several(1, 30));
  let parts = 0;
  const verdict = await verify(
    going(store, () => {
      if (++parts !== 1) return;
      for (const name of ['a', 'b']) pass(store, name, 20);
      store.tidy(Date.now());
      expect(store.read(0, 100, undefined).length).toBeLessThan(20);
    }),
    signal,
  );
  expect(verdict.endpoints.map(({ waiting, found }) => waiting - found)).toEqual([0, 0, 0]);
});

test('ends where the signal does', async () => {
  const store = filled(temporaryFolder());
  await expect(
    verify(
      going(store, () => undefined),
      AbortSignal.abort(),
    ),
  ).rejects.toThrow(/abort/i);
});
