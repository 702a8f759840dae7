import { MOST_DEAD } from '../journal/dead-letters.ts';
import type { JournalEvents } from '../journal/journal-events.ts';
import type { Losses } from '../journal/losses.ts';
import type { DeniedLog } from './denied.ts';
import type { Log } from './log.ts';
import type { Tally } from './tally.ts';
import { count } from './wording.ts';

const FOR_ROOM = 'the journal is at its size limit; raise journal.maxSize, or see why they are not delivered';
const BY_DAMAGE = 'the damage to the journal took them';

/** Counts and logs what happens to the journal, and what it cost. */
export class JournalTeller {
  readonly #log: Log;
  readonly #tally: Tally;
  /** What fell out of memory since writing last worked, by source. */
  readonly #lost = new Map<string, number>();
  /** Damage is told before what it cost. */
  #droppedWhy = FOR_ROOM;

  readonly #denied: DeniedLog;

  constructor(log: Log, tally: Tally, denied: DeniedLog) {
    this.#log = log;
    this.#tally = tally;
    this.#denied = denied;
  }

  readonly events: Omit<JournalEvents, 'accepted'> = {
    refused: (error) => this.#log.error(`journal: ${error.message}; telegrams wait in memory meanwhile`),
    recovered: () => {
      const lost = this.#takeLost();
      if (lost === 0) this.#log.info('journal: writing again');
      else
        this.#log.error(`journal: writing again; ${count(lost, 'telegram')} fell out of memory before, and are lost`);
    },
    lost: (amount, source) => {
      if (this.#lost.size === 0)
        this.#log.error(
          `source ${source}: memory is full too, the oldest telegrams that wait are lost; \`p1-relay health\` counts them`,
        );
      this.#lost.set(source, (this.#lost.get(source) ?? 0) + amount);
      this.#tally.source(source).lost += amount;
    },
    abandoned: (amount, source) => {
      const before = this.#lost.get(source) ?? 0;
      const also = before === 0 ? '' : `, and ${before} that fell out of memory before`;
      this.#log.error(`source ${source}: ${count(amount, 'telegram')} only in memory lost with this stop${also}`);
      this.#tally.source(source).lost += amount;
    },
    repairing: () => this.#log.warn('journal: damaged; it is being repaired, and telegrams wait in memory meanwhile'),
    quarantined: ({ path, cause, telegramsSaved }) => {
      this.#droppedWhy = BY_DAMAGE;
      this.#log.error(
        `journal: damaged (${cause}); put aside as ${path}, ${count(telegramsSaved, 'telegram')} carried over`,
      );
    },
    walLost: (lost) => {
      if ('commits' in lost)
        this.#log.error(
          `journal: journal.db-wal is broken, and its newest ${count(lost.commits, 'commit')} lost, of a telegram each as a rule`,
        );
      else
        this.#log.error(
          `journal: journal.db-wal is gone, which held the newest: up to ${count(lost.telegramsAtMost, 'telegram')} lost with it`,
        );
    },
    takenOut: (endpoints) => {
      for (const { name, waiting } of endpoints)
        this.#log.warn(
          `endpoint ${name}: not in the configuration any more; ${count(waiting, 'telegram')} that waited for it will not be sent there`,
        );
    },
    letGo: (letters) => {
      for (const [endpoint, losses] of letters) this.#letGo(endpoint, losses);
      this.#droppedWhy = FOR_ROOM;
    },
    failed: (error) => this.#log.fatal(`journal: its thread ended: ${error.message}`),
  };

  /** Fewer again: a letter that was on its way when it was taken arrived after all. Of that nothing is said. */
  #letGo(endpoint: string, { dropped, thinned, forgotten }: Losses): void {
    if (thinned > 0)
      this.#log.warn(
        `endpoint ${endpoint}: ${count(thinned, 'telegram')} that waited for it were thinned out: ${FOR_ROOM}`,
      );
    if (dropped > 0) {
      const lost = count(dropped, 'telegram');
      const text = `${lost} that waited for it were dropped: ${this.#droppedWhy}`;
      this.#log.error(`endpoint ${endpoint}: ${lost} that waited for it were dropped: ${this.#droppedWhy}`);
      this.#denied.add({ kind: 'delivery', reason: 'dropped', text, source: undefined, endpoint });
    }
    if (forgotten > 0)
      this.#log.error(
        `endpoint ${endpoint}: ${count(forgotten, 'dead letter')} dropped: the newest are kept, as many as there is room for, up to ${MOST_DEAD}`,
      );
  }

  #takeLost(): number {
    const lost = [...this.#lost.values()].reduce((sum, amount) => sum + amount, 0);
    this.#lost.clear();
    return lost;
  }
}
