import type { JournalEvents } from './journal-events.ts';

/** Why nothing is written at the moment: told once when it begins and once when it is over. */
export class Trouble {
  readonly #events: Pick<JournalEvents, 'refused' | 'recovered' | 'repairing'>;
  #refusal: string | undefined;
  /** Which part of a repair is done; undefined where none is under way. */
  #repaired: number | undefined;

  constructor(events: Pick<JournalEvents, 'refused' | 'recovered' | 'repairing'>) {
    this.#events = events;
  }

  /** For a person; undefined while all is well. */
  get text(): string | undefined {
    if (this.#repaired === undefined) return this.#refusal;
    return `damaged, and being repaired (${Math.round(this.#repaired * 100)} %)`;
  }

  /** Something could not be opened or written. */
  refused(error: Error): void {
    this.repaired();
    if (this.#refusal === undefined) this.#events.refused(error);
    this.#refusal = error.message;
  }

  /** Something was written. */
  over(): void {
    if (this.#refusal !== undefined) this.#events.recovered();
    this.#refusal = undefined;
  }

  /** A repair is under way, and this part of it done, from 0 up to 1. */
  repairing(part: number): void {
    if (this.#repaired === undefined) this.#events.repairing();
    this.#repaired = part;
  }

  /** None is under way any more. */
  repaired(): void {
    this.#repaired = undefined;
  }
}
