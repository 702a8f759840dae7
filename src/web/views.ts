import type { Key } from './access/key.ts';
import { Sight } from './access/sight.ts';
import type { History } from './history.ts';
import type { Op, Questions } from './office/table.ts';
import { Problem } from './http/problem.ts';
import type { RouteParts } from './route-parts.ts';
import type { Found, Streamed } from '../stream/awaited.ts';

/** What there is, for whoever may see it all. */
type AllParts = RouteParts & { readonly history: History };

/** What routes work with, as each who asks may see it: to a key for some meters there seem to be no others. */
export class Views {
  readonly #all: AllParts;
  /** Keys are other objects once their file has changed. */
  readonly #limited = new WeakMap<Key, RouteParts>();

  constructor(all: AllParts) {
    this.#all = all;
  }

  of(key: Key | undefined): RouteParts {
    if (key === undefined || key.meters.length === 0) return this.#all;
    const known = this.#limited.get(key) ?? limited(key, this.#all);
    this.#limited.set(key, known);
    return known;
  }
}

/** Whatever route asks, it is asked through these: none decides for itself. */
function limited({ name, meters }: Key, all: AllParts): RouteParts {
  const sight = new Sight(meters, all.settings);
  const { settings } = sight;
  return {
    ...all,
    settings,
    timeZone: settings.sources[0]?.timeZone ?? all.timeZone,
    office: { ask: async (op, ask) => ASKED[op](sight, ask, async () => all.office.ask(op, ask)) },
    history: all.history.among(sight.meters),
    live: {
      newest: async () => (await all.live.newest()).flatMap((one) => sight.reading(one)),
      async *follow(signal) {
        for await (const one of all.live.follow(signal)) yield* sight.reading(one);
      },
    },
    telegramFeed: {
      counts: all.telegramFeed.counts,
      read: async (source, told, signal) =>
        all.telegramFeed.read(source, (one) => (sight.telegram(inBytes(one)) ? told(one) : undefined), signal),
    },
    denials: {
      all: async () => (await all.denials.all()).filter((one) => sight.denial(one)),
    },
    visits: {
      begin: (visit) => all.visits.begin(visit),
      end: (id, message) => all.visits.end(id, message),
      running: (kind, address) => all.visits.running(kind, address),
      get all() {
        return all.visits.all.filter(({ user }) => user === name);
      },
      earlier: async () =>
        (await all.visits.earlier()).filter(({ kind, user, client }) =>
          kind === 'source' || kind === 'endpoint' ? client !== null && sight[kind](client) : user === name,
        ),
    },
  };
}

type Asked = {
  readonly [O in Op]: (
    sight: Sight,
    ask: Questions[O]['ask'],
    answer: () => Promise<Questions[O]['answer']>,
  ) => Promise<Questions[O]['answer']>;
};

/** What of each answer of the main thread is seen. */
const ASKED: Asked = {
  health: async (sight, _, answer) => {
    const { notes, checks: all, sources, endpoints, ...rest } = await answer();
    const checks = all.filter(({ part, name }) =>
      part === 'source' || part === 'endpoint' ? sight[part](name) : true,
    );
    return {
      ...{ ...rest, summary: '', line: '' },
      problems: checks.flatMap(({ problems }) => problems),
      notes: notes.filter((text) => sight.sentence(text)),
      checks,
      sources: sources.filter(({ name }) => sight.source(name)),
      endpoints: endpoints.filter(({ name }) => sight.endpoint(name)),
    };
  },
  outboxes: async (sight, _, answer) => (await answer()).filter(({ name }) => sight.endpoint(name)),
  journal: async (sight, _, answer) => {
    const { sources, endpoints, ...rest } = await answer();
    return {
      ...rest,
      sources: sources.filter((name) => sight.source(name)),
      endpoints: endpoints.filter(({ name }) => sight.endpoint(name)),
    };
  },
  page: async (sight, _, answer) => {
    const { upTo, rows } = await answer();
    return { upTo, rows: rows.filter((row) => sight.telegram(printed(row))) };
  },
  newest: async (sight, _, answer) => (await answer()).filter((newest) => sight.telegram(newest)),
  newestPrinted: async (sight, _, answer) => seen(sight, await answer()),
  printed: async (sight, _, answer) => seen(sight, await answer()),
  letters: async (sight, _, answer) => (await answer()).filter((row) => sight.telegram(printed(row))),
  lettersBefore: async (sight, _, answer) => (await answer()).filter((row) => sight.telegram(printed(row))),
  countLetters: async (sight, { source }, answer) => (sight.source(source) ? answer() : refuse(`source ${source}`)),
  postTelegram: async (sight, _, answer) => (takesPosts(sight) ? answer() : refuse('what is posted here')),
  postReading: async (sight, _, answer) => (takesPosts(sight) ? answer() : refuse('what is posted here')),
  startReplay: async (sight, { endpoint }, answer) =>
    sight.endpoint(endpoint) ? answer() : refuse(`endpoint ${endpoint}`),
  endReplay: async (sight, { endpoint }, answer) =>
    sight.endpoint(endpoint) ? answer() : refuse(`endpoint ${endpoint}`),
  measures: async (sight, _, answer) => {
    const { took, outboxes } = await answer();
    return { took, stream: undefined, outboxes: outboxes.filter(({ name }) => sight.endpoint(name)) };
  },
  denied: async (sight, _, answer) => (await answer()).filter((one) => sight.denial(one)),
  checkHistory: async (_sight, _, answer) => answer(),
  openBook: async (_sight, _, answer) => answer(),
  keep: async (_sight, _, answer) => answer(),
};

function printed<R extends { readonly at: number }>({ at, ...row }: R): Omit<R, 'at'> & { receivedAt: Date } {
  return { ...row, receivedAt: new Date(at) };
}

function seen(sight: Sight, { upTo, telegrams }: Found): Found {
  return { upTo, telegrams: telegrams.filter((one) => sight.telegram(inBytes(one))) };
}

function inBytes({ text, ...row }: Streamed): Omit<Streamed, 'text'> & { raw: Buffer } {
  return { ...row, raw: Buffer.from(text, 'latin1') };
}

function takesPosts({ settings }: Sight): boolean {
  return settings.sources.some(({ type }) => type === 'ingest');
}

function refuse(what: string): never {
  throw new Problem('forbidden', `this key is for other meters than those of ${what}`);
}
