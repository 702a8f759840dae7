import type { LiveOutlet } from '../outbox/live-outlet.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { BadRequest } from './control.ts';
import { findEndpoint } from './desk.ts';

/** The endpoints of the service that runs. */
export interface Ends {
  readonly all: readonly Outbox[];
  /** Those that keep nothing. */
  readonly liveOnly: readonly LiveOutlet[];
}

/** The outbox of an endpoint. @throws {BadRequest} where there is none. */
export function findOutbox(name: string, { all, liveOnly }: Ends): Outbox {
  if (liveOnly.some((one) => one.name === name))
    throw new BadRequest(
      `endpoint ${name} keeps nothing, as it only shows the newest; delivery: stored keeps every telegram for it`,
    );
  return findEndpoint(name, all);
}
