import type { Changed } from '../journal/dead-letters.ts';
import { ask, query } from './control.ts';
import type { DeadRow, Desk, OutboxRow } from './desk.ts';

/** The desk of a service that runs, asked through its control socket. */
export function remoteDesk(socket: string): Desk {
  return {
    async list() {
      return (await ask(socket, 'GET', '/outbox')) as OutboxRow[];
    },
    async dead(which) {
      return (await ask(socket, 'GET', `/outbox/dead?${query({ ...which })}`)) as DeadRow[];
    },
    async retry(choice) {
      return (await ask(socket, 'POST', '/outbox/retry', choice)) as Changed;
    },
    async drop(choice) {
      return (await ask(socket, 'POST', '/outbox/drop', choice)) as Changed;
    },
  };
}
