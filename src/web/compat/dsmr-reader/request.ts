import type { IncomingHttpHeaders } from 'node:http';
import type { HistoryReader } from '../../../history/read.ts';
import type { Prices } from '../../../endpoints/dsmr-costs.ts';
import type { Office } from './office.ts';

/** What may be asked for, as scopes of a key. */
export type Need = 'ingest:write' | 'usage:read' | 'status:read';

/** A request as it came. */
export interface Request {
  readonly method: string;
  /** Absolute, as the client wrote it: links in lists are made of it. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Its body, whole. @throws where it is too large. */
  readonly body: () => Promise<Buffer>;
}

/** What goes back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What answers are made of. */
export interface Parts {
  /** False: the API is switched off for posts, as no source takes them. */
  readonly takesPosts: boolean;
  /** Whether the key that these headers show is good for that. @throws where that cannot be told, or was tried too often. */
  readonly isAllowed: (headers: IncomingHttpHeaders, need: Need) => boolean;
  readonly office: Office;
  /** @throws where there is none to look at. */
  readonly history: <T>(question: (reader: HistoryReader) => T) => T;
  /** The meter that is shown: DSMR-reader knows one. */
  readonly source: { readonly name: string; readonly timeZone: string };
  /** Oldest first. */
  readonly prices: readonly Prices[];
  readonly now: () => Date;
}

/** A path's methods. */
export type Handler = (request: Request, parts: Parts) => Answer | Promise<Answer>;
