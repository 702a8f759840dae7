import type { OutboxEvents } from '../outbox/outbox-events.ts';
import type { Before } from '../outbox/standing.ts';
import type { OutboxState, OutboxStatus } from '../outbox/status.ts';
import type { DeniedLog } from './denied.ts';
import type { Log } from './log.ts';
import type { Tally } from './tally.ts';
import { count, span } from './wording.ts';

/** States of an outbox in which letters do not go. */
const TROUBLED: readonly OutboxState[] = ['later', 'verifying', 'paused'];

/** Counts and logs what happens on the ways to the endpoints. */
export class OutboxTeller {
  readonly #log: Log;
  readonly #tally: Tally;
  readonly #denied: DeniedLog;
  /** Of each endpoint since the last summary. */
  readonly #refusals = new Map<string, { amount: number; newest: string }>();
  #journalTrouble = '';

  constructor(log: Log, tally: Tally, denied: DeniedLog) {
    this.#log = log;
    this.#tally = tally;
    this.#denied = denied;
  }

  readonly events: OutboxEvents = {
    changed: (status, before) => this.#changed(status, before),
    refused: (name, reason) => {
      this.#tally.refused += 1;
      this.#denied.add({ kind: 'delivery', reason: 'refused', text: reason, source: undefined, endpoint: name });
      this.#refusals.set(name, { amount: (this.#refusals.get(name)?.amount ?? 0) + 1, newest: reason });
    },
    odd: (name, what) => this.#log.warn(`endpoint ${name}: note: ${what}`),
    replayed: (name, { sent, found, thinned, refused }) => {
      this.#log.info(
        `endpoint ${name}: replay done: ${sent} sent, ${found} were there, ${thinned} thinned, ${refused} refused`,
      );
    },
    journalFailed: (name, error) => {
      if (this.#journalTrouble === error.message) return;
      this.#journalTrouble = error.message;
      this.#log.error(`endpoint ${name}: the journal did not answer: ${error.message}; trying again`);
    },
    stalled: (name) =>
      this.#log.warn(`endpoint ${name}: delivery had stopped by itself and was started again; please report this`),
  };

  /** If it does not answer again, that is told again. */
  journalAnswered(): void {
    this.#journalTrouble = '';
  }

  summarise(): void {
    for (const [name, { amount, newest }] of this.#refusals) {
      this.#log.warn(
        `endpoint ${name}: refused ${count(amount, 'telegram')} for good, kept as dead letters; the newest: ${newest}`,
      );
    }
    this.#refusals.clear();
  }

  #changed({ name, state, reason, remedy, waiting }: OutboxStatus, before: Before): void {
    const waits = `${count(waiting, 'telegram')} waiting`;
    if (state === 'paused') {
      this.#log.error(`endpoint ${name}: paused: ${reason ?? ''}; ${remedy ?? ''}; ${waits}`);
      this.#denied.add({ kind: 'delivery', reason: state, text: reason ?? '', source: undefined, endpoint: name });
    }
    if (state === 'later')
      this.#log.warn(`endpoint ${name}: unavailable: ${reason ?? ''}; ${waits}, tried again until it works`);
    if (state === 'verifying') this.#log.warn(`endpoint ${name}: verifying: ${reason ?? ''}; ${waits}`);
    if (TROUBLED.includes(before.state) && !TROUBLED.includes(state))
      this.#log.info(`endpoint ${name}: back after ${span(before.lastedMs)}; ${waits}`);
  }
}
