import { expect, test } from 'vitest';
import { record } from '../../support/findings.ts';
import { openStore, temporaryFolder } from '../../support/journal.ts';
import { numberOf, pass, startOutbox, stopTheClock } from '../../support/outbox.ts';

// For the full form: P1_RELAY_LETTERS=100000.
const LETTERS = Number(process.env['P1_RELAY_LETTERS'] ?? 20_000);
const AT_ONCE = 1_000;
/** The watchdog looks twice in this time. */
const PAUSE_MS = 60_000;

test(`${LETTERS} letters in waves, with a pause behind each: all go, and the watchdog never has to act`, async () => {
  stopTheClock();
  const store = openStore(temporaryFolder());
  let [newest, twice, outOfOrder] = [0, 0, 0];
  const { told, accept, outbox } = startOutbox(store, {
    async deliver(letter) {
      const number = numberOf(letter);
      if (number === newest) twice += 1;
      else if (number < newest) outOfOrder += 1;
      newest = number;
      return Promise.resolve();
    },
  });
  for (let first = 1; first <= LETTERS; first += AT_ONCE) {
    accept(Array.from({ length: AT_ONCE }, (_, index) => first + index));
    await pass(PAUSE_MS);
  }
  const lost = LETTERS - outbox.status().delivered;
  const stalls = told.filter((line) => line === 'stalled').length;
  record({
    fault: "better-queue's books, over many letters",
    tried: LETTERS,
    lost,
    twice,
    outOfOrder,
    note: `the watchdog had to act ${stalls} times`,
  });
  expect(outbox.status()).toMatchObject({ state: 'idle', waiting: 0, delivered: LETTERS });
  expect({ stalls, twice, outOfOrder, newest }).toEqual({ stalls: 0, twice: 0, outOfOrder: 0, newest: LETTERS });
});
