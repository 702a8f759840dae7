import { ask } from './control.ts';
import type { DeadRow, Desk, OutboxRow } from './desk.ts';

/** The desk of a service that runs, asked through its control socket. */
export function remoteDesk(socket: string): Desk {
  return {
    async list() {
      return (await ask(socket, 'GET', '/outbox')) as OutboxRow[];
    },
    async dead(endpoint) {
      const query = endpoint === undefined ? '' : `?endpoint=${encodeURIComponent(endpoint)}`;
      return (await ask(socket, 'GET', `/outbox/dead${query}`)) as DeadRow[];
    },
    async retry(choice) {
      return (await ask(socket, 'POST', '/outbox/retry', choice)) as number;
    },
    async drop(choice) {
      return (await ask(socket, 'POST', '/outbox/drop', choice)) as number;
    },
  };
}
