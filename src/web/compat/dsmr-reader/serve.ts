import type { IncomingMessage } from 'node:http';
import type { Access } from '../../access/access.ts';
import type { Answer } from '../../answer.ts';
import { collect } from '../../bodies.ts';
import type { History } from '../../history.ts';
import type { OfficeLine } from '../../office-line.ts';
import { Problem } from '../../problem.ts';
import type { SourcePlace, WebSettings } from '../../settings.ts';
import type { Office } from './office.ts';
import type { Need, Parts, Request } from './request.ts';
import { answer, isOfDsmrReader } from './routes.ts';

export interface CompatParts {
  readonly settings: WebSettings;
  readonly access: Access;
  readonly office: OfficeLine;
  readonly history: History;
  /** A key that was not good. */
  readonly denied: (problem: Problem, address: string) => void;
}

/** A DSMR-reader, as its clients see it, in front of what this service knows. */
export class DsmrReaderApi {
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
    const { settings, office, history } = this.#parts;
    const { timeZone } = this.#source;
    const request = requestOf(message);
    const parts: Parts = {
      takesPosts: settings.sources.some(({ type }) => type === 'ingest'),
      isAllowed: (headers, need) => this.#isAllowed(headers, need, address),
      office: officeOf(office),
      history: (question) => history.ask(question),
      source: { name: this.#source.name, timeZone },
      now: () => new Date(),
    };
    return answer(request, parts);
  }

  /** Either header suffices; nobody is let in without one. */
  #isAllowed(headers: Request['headers'], need: Need, address: string): boolean {
    const { authorization } = headers;
    const shown = [
      ...('x-authkey' in headers ? [{ 'x-authkey': headers['x-authkey'] }] : []),
      ...(authorization?.startsWith('Token ') === true ? [{ authorization }] : []),
    ];
    return shown.some((one) => this.#opens(one, need, address));
  }

  #opens(headers: Request['headers'], need: Need, address: string): boolean {
    try {
      const { key, scopes } = this.#parts.access.identify({ headers, address });
      return key !== undefined && scopes.has(need);
    } catch (error) {
      if (!(error instanceof Problem) || !WRONG_KEY.includes(error.kind)) throw error;
      this.#parts.denied(error, address);
      return false;
    }
  }
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

function officeOf(line: OfficeLine): Office {
  return {
    postTelegram: async (bytes) => line.ask('postTelegram', { bytes }),
    postReading: async (posted) => line.ask('postReading', { posted }),
    head: async () => (await line.ask('journal', {})).head,
    letters: async (source, after, limit) => line.ask('letters', { source, after, limit }),
    lettersBefore: async (source, before, limit) => line.ask('lettersBefore', { source, before, limit }),
    count: async (source, after, upTo) => line.ask('countLetters', { source, after, upTo }),
    problems: async () => (await line.ask('health', {})).problems,
  };
}
