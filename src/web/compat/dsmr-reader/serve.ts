import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import type { Key } from '../../access/key.ts';
import type { Answer } from '../../http/answer.ts';
import { collect } from '../../http/bodies.ts';
import { letterDesk } from '../../office/letter-desk.ts';
import type { OfficeLine } from '../../office/line.ts';
import { Problem } from '../../http/problem.ts';
import type { RouteParts } from '../../route-parts.ts';
import type { SourcePlace, WebSettings } from '../../settings.ts';
import type { Views } from '../../views.ts';
import type { CompatApi } from '../compat-api.ts';
import type { Office } from './office.ts';
import type { Need, Parts, Request } from './request.ts';
import { answer, isOfDsmrReader } from './routes.ts';

export interface CompatParts {
  readonly access: Access;
  readonly views: Views;
  /** A key that was not good. */
  readonly denied: (problem: Problem, address: string) => void;
}

/** A DSMR-reader, as its clients see it, in front of what this service knows. */
export class DsmrReaderApi implements CompatApi {
  readonly #parts: CompatParts;
  readonly #source: SourcePlace;

  constructor(parts: CompatParts, source: SourcePlace) {
    this.#parts = parts;
    this.#source = source;
  }

  serves(path: string): boolean {
    return isOfDsmrReader(path);
  }

  /** @throws {Problem} for what no DSMR-reader would answer: a body too large, too many attempts, a service in trouble. */
  async answer(message: IncomingMessage, address: string): Promise<Answer> {
    const all = { parts: this.#parts.views.of(undefined), sender: '' };
    // What is asked goes by the key that was let in.
    let seen: Seen | undefined;
    const parts: Parts = {
      takesPosts: all.parts.settings.sources.some(({ type }) => type === 'ingest'),
      isAllowed: (headers, need) => (seen = this.#seenBy(headers, need, address)) !== undefined,
      office: officeOf(() => seen ?? all),
      history: (question) => (seen ?? all).parts.history.ask(question),
      source: this.#source,
      prices: all.parts.settings.prices,
      now: () => new Date(),
    };
    return answer(requestOf(message), parts);
  }

  /** Either header suffices; nobody is let in without one. */
  #seenBy(headers: Request['headers'], need: Need, address: string): Seen | undefined {
    const { authorization } = headers;
    const shown = [
      ...('x-authkey' in headers ? [{ 'x-authkey': headers['x-authkey'] }] : []),
      ...(authorization?.startsWith('Token ') === true ? [{ authorization }] : []),
    ];
    const keys = shown.map((one) => this.#keyFor(one, need, address));
    const seen = keys
      .filter((key) => key !== undefined)
      .map((key) => ({ sender: key.id, parts: this.#parts.views.of(key) }));
    return seen.find(({ parts }) => this.#shows(parts, need));
  }

  /** The key that is shown, where it is good for that. */
  #keyFor(headers: Request['headers'], need: Need, address: string): Key | undefined {
    try {
      const { key, scopes } = this.#parts.access.identify({ headers, address });
      return scopes.has(need) ? key : undefined;
    } catch (error) {
      if (!(error instanceof Problem) || !WRONG_KEY.includes(error.kind)) throw error;
      this.#parts.denied(error, address);
      return undefined;
    }
  }

  /** DSMR-reader knows one meter with its gas: who may not see all of it sees nothing. */
  #shows({ settings, history }: RouteParts, need: Need): boolean {
    if (need === 'ingest:write') return settings.sources.some(({ type }) => type === 'ingest');
    if (need === 'status:read' || !settings.isHistoryKept) return settings.sources.includes(this.#source);
    const count = (from: RouteParts['history']): number =>
      from.ask((reader) => reader.meters()).filter(({ source }) => source === this.#source.name).length;
    return settings.sources.includes(this.#source) && count(history) === count(this.#parts.views.of(undefined).history);
  }
}

/** What the key that was let in shows, and its id. */
interface Seen {
  readonly parts: RouteParts;
  readonly sender: string;
}

const WRONG_KEY: readonly Problem['kind'][] = ['unauthenticated', 'forbidden'];

/** The meter that is shown: what was chosen, else that which is posted to, else the first. */
export function shownSource({ compat, sources }: WebSettings): SourcePlace | undefined {
  const { enabled, source } = compat.dsmrReader;
  if (!enabled) return undefined;
  const chosen = sources.find(({ name }) => name === source);
  return chosen ?? sources.find(({ type }) => type === 'ingest') ?? sources[0];
}

function requestOf(message: IncomingMessage): Request {
  const { method = '', headers, url = '/' } = message;
  const scheme = 'encrypted' in message.socket ? 'https' : 'http';
  const base = `${scheme}://${headers.host ?? 'localhost'}`;
  if (!URL.canParse(url, base)) throw new Problem('bad-request', 'the address cannot be read');
  return { method, headers, url: new URL(url, base), body: async () => collect(message) };
}

function officeOf(seen: () => Seen): Office {
  const line: Pick<OfficeLine, 'ask'> = { ask: async (op, ask) => seen().parts.office.ask(op, ask) };
  return {
    postTelegram: async (bytes) => line.ask('postTelegram', { bytes, sender: seen().sender }),
    postReading: async (posted) => line.ask('postReading', { posted, sender: seen().sender }),
    ...letterDesk(line),
    problems: async () => (await line.ask('health', {})).problems,
  };
}
