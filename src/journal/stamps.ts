import type { MachineTime } from '../time/boot.ts';
import type { Telegram } from '../telegram/telegram.ts';
import type { ClockState } from './restamping.ts';
import { isWhole, type DamagedLetter, type Letter } from './letter.ts';

/** By how much the clock had been set, in milliseconds, when a telegram was stamped; undefined where its time is sure. */
type Mark = number | undefined;

/**
 * Telegrams in memory that were stamped before this machine's clock was set, and what their time is by the clock of now.
 * Whoever holds one may have got it before or after the clock was set.
 */
export class Stamps {
  readonly #marks = new WeakMap<Telegram, number>();
  #isSure = false;
  #movedMs = 0;
  /** As the clock was set before the journal was open. */
  #setTo: MachineTime | undefined;
  #isOpen = false;
  readonly #tell: (time: MachineTime, isSet: boolean) => void;
  /** Letters up to this one came before the machine was started: their times are sure. */
  #after = 0;

  /** @param tell tells the journal's thread of the clock. */
  constructor(tell: (time: MachineTime, isSet: boolean) => void) {
    this.#tell = tell;
  }

  /** What a telegram is marked with that bears the time of the clock of now. */
  get mark(): Mark {
    return this.#isSure ? undefined : this.#movedMs;
  }

  /** The journal is open, and nothing was written to it yet. */
  begin({ isSet, after }: ClockState): void {
    this.#isOpen = true;
    this.#isSure = isSet;
    this.#after = after;
    if (this.#setTo !== undefined) this.#tell(this.#setTo, false);
  }

  note(telegram: Telegram, mark: Mark): void {
    if (mark !== undefined) this.#marks.set(telegram, mark);
  }

  /** Letters that were asked for when the mark was this one. */
  noteAll<L extends Letter | DamagedLetter>(letters: readonly L[], mark: Mark): readonly L[] {
    for (const letter of letters) if (isWhole(letter) && letter.seq > this.#after) this.note(letter.telegram, mark);
    return letters;
  }

  /**
   * The clock, which was not set before, was set by so many milliseconds, or is believed from now on. What came before
   * gets the time that it came at; what comes from now on is stamped by the clock of now.
   */
  move(byMs: number, time: MachineTime, isSet: boolean): void {
    this.#movedMs += byMs;
    this.#isSure = isSet;
    if (this.#isOpen) this.#tell(time, isSet);
    else this.#setTo = time;
  }

  /** The telegram with the time of the clock of now. */
  current(telegram: Telegram): Telegram {
    const byMs = this.#movedMs - (this.#marks.get(telegram) ?? this.#movedMs);
    if (byMs === 0) return telegram;
    const moved = { ...telegram, receivedAt: new Date(telegram.receivedAt.getTime() + byMs) };
    this.#marks.set(moved, this.#movedMs);
    return moved;
  }
}
