import type { Journal } from '../journal/journal.ts';
import type { LiveOutlet } from '../outbox/live-outlet.ts';
import { DEAD_PAGE, toDeadRow, toStamp, type Desk, type OutboxRow } from './desk.ts';
import { findOutbox, type Ends } from './ends.ts';

/** The desk of the service that runs. */
export function liveDesk(journal: Journal, ends: Ends): Desk {
  return {
    async list() {
      const { endpoints } = await journal.state();
      const places = new Map(endpoints.map((place) => [place.name, place]));
      const rows = ends.all.map((outbox): OutboxRow => {
        const { name, state, since, reason, remedy, waiting, drainedInMs, delivered, thinned, dropped } =
          outbox.status();
        const place = places.get(name);
        const oldestAt = waiting > 0 ? toStamp(place?.oldestAt) : undefined;
        const { replay, dead = 0, aside = 0 } = place ?? {};
        const how = { name, state, since: since.toISOString(), reason, remedy };
        return { ...how, waiting, oldestAt, drainedInMs, replay, delivered, thinned, dropped, dead, aside };
      });
      return [...rows, ...ends.liveOnly.map(toLiveRow)];
    },
    async dead({ endpoint, after }) {
      return (await journal.dead(endpoint, DEAD_PAGE, after)).map(toDeadRow);
    },
    async retry({ endpoint, ids }) {
      const outbox = findOutbox(endpoint, ends);
      const marked = await journal.retryDead(endpoint, ids);
      outbox.retryDead();
      return marked;
    },
    async drop({ endpoint, ids }) {
      return journal.dropDead(findOutbox(endpoint, ends).name, ids);
    },
  };
}

/** Of an endpoint that keeps nothing. */
function toLiveRow(outlet: LiveOutlet): OutboxRow {
  const { name, state, since, reason, remedy, delivered } = outlet.status();
  const how = { name, state, since: since.toISOString(), reason, remedy, delivered };
  const none = { waiting: 0, oldestAt: undefined, drainedInMs: undefined, replay: undefined };
  return { ...how, ...none, thinned: 0, dropped: 0, dead: 0, aside: 0 };
}
