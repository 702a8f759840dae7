import { parentPort, workerData } from 'node:worker_threads';
import { Damaged, isDamage } from '../storage/sqlite.ts';
import { openHistoryStore } from './open.ts';
import type { Message, Op, Request, Requests, ThreadSettings } from './protocol.ts';
import type { HistoryStore } from './store.ts';

/** The history's own thread: a card that stalls, or years of hours that are made anew, hold up nobody else. */

const TIDY_MS = 60_000;
/** Old minutes go a few at a time, so that a new one need not wait. */
const TIDY_ON_MS = 200;

/** A repair that failed is not begun again for each question. */
const REPAIR_RETRY_MS = 60_000;

const settings = workerData as ThreadSettings;
let store: HistoryStore | undefined;
/** What is wrong with a file that turned out to be damaged, until another has taken over from it. */
let damage: unknown;
let failed: { readonly error: unknown; readonly atMs: number } | undefined;

type Handlers = { [O in Op]: (ask: Requests[O]['ask'], store: HistoryStore) => Requests[O]['answer'] };

const handlers: Handlers = {
  cursor: ({ source }, store) => store.cursorOf(source),
  add: (batch, store) => {
    store.add(batch);
  },
  note: ({ troubles }, store) => {
    for (const trouble of troubles) store.note(trouble);
  },
  miss: ({ endpoint, atS, letters }, store) => {
    store.miss(endpoint, atS, letters);
  },
  rewind: ({ source, fromS, seq }, store) => {
    store.rewind(source, fromS, seq);
  },
  settle: (_ask, store) => {
    store.settle();
  },
  check: (_ask, opened) => {
    const fault = opened.fault();
    if (fault === undefined) return;
    letGo(new Damaged(fault));
    store = open();
  },
  close: (_ask, opened) => {
    opened.close();
    store = undefined;
  },
};

parentPort?.on('message', ({ id, op, ask }: Request) => {
  try {
    const handler = handlers[op] as (ask: Request['ask'], store: HistoryStore) => unknown;
    tell({ id, answer: onStore((store) => handler(ask, store)) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell({ id, error: { name, message } });
  }
});

tidyIn(TIDY_MS);

/** Work that meets damage fails: whoever asked begins again where what could be saved of the file stands. */
function onStore<T>(work: (store: HistoryStore) => T): T {
  store ??= open();
  try {
    return work(store);
  } catch (error) {
    if (isDamage(error)) letGo(error);
    throw error;
  }
}

function open(): HistoryStore {
  if (failed !== undefined && performance.now() - failed.atMs < REPAIR_RETRY_MS) throw failed.error;
  failed = undefined;
  try {
    const opened = openHistoryStore(settings, (putAside) => tell({ event: 'putAside', putAside }), damage);
    damage = undefined;
    return opened;
  } catch (error) {
    if (damage !== undefined) failed = { error, atMs: performance.now() };
    throw error;
  }
}

function letGo(error: unknown): void {
  store?.abandon();
  store = undefined;
  damage = error;
}

function tidyIn(ms: number): void {
  setTimeout(() => tidyIn(tidied() ? TIDY_ON_MS : TIDY_MS), ms).unref();
}

/** @returns whether there is more to do. */
function tidied(): boolean {
  try {
    return store !== undefined && onStore((store) => store.tidy());
  } catch {
    // Whoever needs the history meets the same trouble, and says so.
    return false;
  }
}

function tell(message: Message): void {
  parentPort?.postMessage(message);
}
