import { expect } from 'vitest';
import type { CursorState } from '../../../src/journal/cursor.ts';
import type { OutboxStatus } from '../../../src/outbox/status.ts';

/** What is known of one endpoint: what the model says, what the journal and the outbox say, what the far side holds. */
export interface Facts {
  readonly name: string;
  /** Whether an uncertain letter may be left out for ever. */
  readonly drops: boolean;
  /** Nothing happened that could keep anybody from knowing what the far side has. */
  readonly isCertain: boolean;
  /** The letters accepted for it, in order, and those of them that its interval wants. */
  readonly accepted: readonly number[];
  readonly wanted: readonly number[];
  /** Dead letters and periods that somebody sent again. */
  readonly byHand: ReadonlySet<number>;
  readonly rows: readonly number[];
  readonly requests: readonly number[];
  readonly turnedDown: ReadonlySet<number>;
  readonly damaged: readonly number[];
  readonly told: readonly string[];
  readonly cursor: CursorState;
  readonly status: OutboxStatus;
}

/** What holds after every step. */
export const ALWAYS: Readonly<Record<string, (facts: Facts) => void>> = {
  'each accepted letter is counted once': ({ accepted, cursor }) => {
    const { waiting, delivered, thinned, buried, possiblyLost, dropped } = cursor;
    expect(waiting + delivered + thinned + buried + possiblyLost + dropped).toBe(accepted.length);
  },
  'the outbox counts as the journal does': ({ cursor, status }) => {
    const { waiting, delivered, thinned, buried, possiblyLost, dropped, found, possiblyTwice } = cursor;
    const counts = { waiting, delivered, thinned, refused: buried, possiblyLost, dropped, found, possiblyTwice };
    expect(status).toMatchObject(counts);
  },
  'better-queue never stalls, and the journal never fails': ({ told }) => {
    expect(told.filter((line) => /^(stalled|journal)/.test(line))).toEqual([]);
  },
  'every byte is as it was accepted': ({ damaged }) => expect(damaged).toEqual([]),
  'no letter is sent before an older one was': ({ requests, byHand, wanted }) => {
    // One that the interval does not want may go late, where the letter before it is not kept any more.
    expectAscending([...new Set(requests)].filter((n) => !byHand.has(n) && wanted.includes(n)));
  },
  'one of which nobody can doubt is stored once and in order': ({ isCertain, rows, byHand, wanted, cursor }) => {
    if (!isCertain) return;
    expect(twice(rows)).toEqual([]);
    expectAscending(rows.filter((n) => !byHand.has(n)));
    expect(rows.filter((n) => !wanted.includes(n) && !byHand.has(n))).toEqual([]);
    expect(cursor).toMatchObject({ possiblyTwice: 0, possiblyLost: 0, dropped: 0 });
  },
  'whatever is stored twice was counted': ({ rows, cursor, drops, byHand }) => {
    // One that was left out and that somebody sends by hand: it was counted as possibly lost, or is dead for that reason.
    if (drops) expect(twice(rows).filter((n) => !byHand.has(n))).toEqual([]);
    else expect(twice(rows).length).toBeLessThanOrEqual(cursor.possiblyTwice);
  },
};

/** What holds once the far side takes, and had the time to. */
export const IN_THE_END: typeof ALWAYS = {
  'nothing waits any more': ({ cursor }) => expect(cursor.waiting).toBe(0),
  'whatever was not stored was counted': ({ accepted, rows, turnedDown, cursor }) => {
    const { thinned, dropped, possiblyLost } = cursor;
    const never = accepted.filter((n) => !rows.includes(n) && !turnedDown.has(n));
    expect(never.length).toBeLessThanOrEqual(thinned + dropped + possiblyLost);
  },
  'all that is wanted is stored or turned down': ({ isCertain, wanted, rows, turnedDown }) => {
    if (isCertain) expect(wanted.filter((n) => !rows.includes(n) && !turnedDown.has(n))).toEqual([]);
  },
};

/** A cursor stands only behind letters that were answered, or counted as left out. */
export function expectNoneSkipped({ accepted, rows, turnedDown, cursor }: Facts, waiting: ReadonlySet<number>): void {
  const skipped = accepted.filter((n) => !waiting.has(n) && !rows.includes(n) && !turnedDown.has(n));
  expect(skipped.length).toBeLessThanOrEqual(cursor.thinned + cursor.dropped + cursor.possiblyLost);
}

export function hold(laws: typeof ALWAYS, facts: Facts): void {
  for (const [law, check] of Object.entries(laws)) {
    try {
      check(facts);
    } catch (error) {
      throw new Error(`${facts.name}: ${law}`, { cause: error });
    }
  }
}

function twice(rows: readonly number[]): number[] {
  return [...new Set(rows.filter((n, index) => rows.indexOf(n) !== index))];
}

function expectAscending(numbers: readonly number[]): void {
  expect(numbers.filter((n, index) => n <= (numbers[index - 1] ?? 0))).toEqual([]);
}
