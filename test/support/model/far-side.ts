import type { Letter } from '../../../src/journal/letter.ts';
import {
  Ambiguous,
  Paused,
  Refused,
  TryLater,
  Unreadable,
  type Endpoint,
  type Fate,
} from '../../../src/outbox/endpoint.ts';
import { sleep } from '../../../src/time/sleep.ts';
import { numberOf } from '../outbox.ts';
import { telegram } from './telegrams.ts';

/** What a telegram is like: `poison` can never be read, `clockless` cannot be found in a list. */
export const QUALITIES = ['plain', 'large', 'poison', 'clockless'] as const;
export type Quality = (typeof QUALITIES)[number];

/** What becomes of one request: when its letter is stored, when it is answered, and how; times in milliseconds. */
interface Course {
  readonly storesAfter?: number;
  readonly answersAfter?: number;
  readonly error?: () => Error;
}

const noAnswer = () => new Ambiguous('no answer');

const COURSES = {
  takes: { storesAfter: 0 },
  slow: { storesAfter: 300, answersAfter: 300 },
  'answer lost': { storesAfter: 0, error: noAnswer },
  'request lost': { error: noAnswer },
  'stored late': { storesAfter: 40_000, error: noAnswer },
  hangs: { answersAfter: 20_000, error: noAnswer },
  'hangs after storing': { storesAfter: 0, answersAfter: 20_000, error: noAnswer },
  later: { error: () => new TryLater('busy') },
  refuses: { error: () => new Refused('no') },
  paused: { error: () => new Paused('403', 'set the key') },
  unreadable: { error: () => new Unreadable('500: cannot be read', 'set the version') },
} satisfies Record<string, Course>;

/** One course after the other, whatever the letter. */
const FLAKY = ['answer lost', 'takes', 'request lost', 'takes', 'stored late', 'takes', 'takes', 'later'] as const;

export const MODES = [...(Object.keys(COURSES) as (keyof typeof COURSES)[]), 'flaky'] as const;
export type Mode = (typeof MODES)[number];

/** `overrides`: it lists rows under stamps of its own, so that no letter is found. */
export const LISTS = ['shows', 'away', 'silent', 'overrides'] as const;
export type List = (typeof LISTS)[number];

/** A server that does as its mode says, stores a second row for a second request, and lists its rows. */
export class FarSide implements Endpoint {
  mode: Mode = 'takes';
  list: List = 'shows';
  /** What it stored, in that order. */
  readonly rows: number[] = [];
  /** What it was sent, in that order. */
  readonly requests: number[] = [];
  readonly turnedDown = new Set<number>();
  readonly wasTaken?: NonNullable<Endpoint['wasTaken']>;
  /** Letters of which it got other bytes than were accepted. */
  readonly damaged: number[] = [];
  readonly #acceptedAs: (n: number) => { readonly source: string; readonly quality: Quality };

  constructor(hasList: boolean, acceptedAs: (n: number) => { readonly source: string; readonly quality: Quality }) {
    this.#acceptedAs = acceptedAs;
    if (hasList) this.wasTaken = (letter) => this.#fateOf(numberOf(letter));
  }

  async deliver(letter: Letter, signal: AbortSignal): Promise<void> {
    const n = numberOf(letter);
    const { storesAfter, answersAfter = 0, error }: Course = this.#courseOf(n);
    this.#inspect(n, letter.telegram.raw);
    this.requests.push(n);
    if (storesAfter === 0) this.rows.push(n);
    // It goes on with what it was sent even where the sender is gone.
    else if (storesAfter !== undefined) setTimeout(() => this.rows.push(n), storesAfter);
    await sleep(answersAfter, signal);
    if (answersAfter > 0 && signal.aborted) throw new Error('aborted');
    if (error !== undefined) throw this.#noted(n, error());
  }

  async probe(): Promise<void> {
    await Promise.resolve();
    if (this.mode === 'paused') throw new Paused('403', 'set the key');
  }

  #courseOf(n: number): Course {
    const { quality } = this.#acceptedAs(n);
    if (quality === 'poison') return COURSES.unreadable;
    if (this.mode === 'flaky') return COURSES[FLAKY[this.requests.length % FLAKY.length] ?? 'takes'];
    // Large ones that are dead would leave no room in a journal as small as the model's.
    const isTurnedDown = this.mode === 'refuses' || this.mode === 'unreadable';
    return quality === 'large' && isTurnedDown ? COURSES.later : COURSES[this.mode];
  }

  #inspect(n: number, raw: Buffer): void {
    const { source, quality } = this.#acceptedAs(n);
    if (!raw.equals(telegram(n, source, quality).raw)) this.damaged.push(n);
  }

  #noted(n: number, error: Error): Error {
    if (error instanceof Refused || error instanceof Unreadable) this.turnedDown.add(n);
    return error;
  }

  async #fateOf(n: number): Promise<Fate> {
    await Promise.resolve();
    if (this.list === 'away') throw new TryLater('connection refused');
    if (this.list === 'silent') throw new Ambiguous('504');
    if (this.#acceptedAs(n).quality === 'clockless') return 'unknown';
    return this.list === 'shows' && this.rows.includes(n) ? 'taken' : 'absent';
  }
}
