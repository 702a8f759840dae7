import { SUBJECTS, type Subject } from '../journal/survey.ts';
import type { KeptRejection } from '../telemetry/rejections.ts';
import { BadRequest, wholeNumber, type Routes } from './control.ts';
import type { Choice, Desk } from './desk.ts';
import type { Health } from './health.ts';
import type { HistoryDesk } from './history-desk.ts';
import type { JournalDesk } from './journal-desk.ts';
import { toReplayWish, type ReplayDesk } from './replay-desk.ts';

export interface RouteParts {
  /** @throws {BadRequest} while there is none yet. */
  readonly desk: () => Desk;
  /** @throws {BadRequest} likewise. */
  readonly journal: () => JournalDesk;
  /** @throws {BadRequest} likewise. */
  readonly replay: () => ReplayDesk;
  /** @throws {BadRequest} where there is none. */
  readonly history: () => HistoryDesk;
  readonly health: () => Health;
  readonly rejections: () => readonly KeptRejection[];
}

/** What the service that runs can be asked. */
export function routes({ desk, journal, replay, history, health, rejections }: RouteParts): Routes {
  return {
    'GET /health': () => health(),
    'GET /outbox': () => desk().list(),
    'GET /outbox/dead': (query) =>
      desk().dead({ endpoint: query.get('endpoint') ?? undefined, after: wholeNumber(query, 'after') }),
    'POST /outbox/retry': (_query, body) => desk().retry(toChoice(body)),
    'POST /outbox/drop': (_query, body) => desk().drop(toChoice(body)),
    'POST /replay': (_query, body) => replay().begin(toReplayWish(body)),
    'POST /replay/end': (_query, body) => replay().end(toChoice(body).endpoint),
    'GET /journal': () => journal().state(),
    'GET /journal/survey': (query) => journal().survey({ subject: toSubject(query), ...toRange(query) }),
    'GET /journal/page': (query) => journal().page({ ...toRange(query), ...toTimes(query) }),
    'GET /history': () => history().progress(),
    'POST /history/rebuild': () => {
      void history().rebuild();
      return {};
    },
    'GET /rejections': () => rejections().map(({ raw, ...rest }) => ({ ...rest, raw: raw.toString('latin1') })),
  };
}

function toSubject(query: URLSearchParams): Subject {
  const subject = SUBJECTS.find((one) => one === query.get('subject'));
  if (subject === undefined) throw new BadRequest(`expected a subject: ${SUBJECTS.join(', ')}`);
  return subject;
}

function toRange(query: URLSearchParams): { after: number; upTo: number } {
  return { after: wholeNumber(query, 'after'), upTo: wholeNumber(query, 'upTo') };
}

function toTimes(query: URLSearchParams): { from: number; to: number; source: string | undefined } {
  const source = query.get('source') ?? undefined;
  return { from: wholeNumber(query, 'from'), to: wholeNumber(query, 'to'), source };
}

function toChoice(body: unknown): Choice {
  const { endpoint, ids } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof endpoint !== 'string') throw new BadRequest('expected the name of an endpoint');
  if (ids === undefined) return { endpoint };
  if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id)))
    throw new BadRequest('expected ids as whole numbers');
  return { endpoint, ids };
}
