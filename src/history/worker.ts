import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Damaged, isDamage } from '../storage/sqlite.ts';
import { answerEach } from '../storage/thread.ts';
import { BookStore } from './book-store.ts';
import { BOOK_FILE } from './book.ts';
import { openHistoryStore } from './open.ts';
import type { Op, Request, Requests, ThreadEvent, ThreadSettings } from './protocol.ts';
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

/** What was turned down and who was here: a file of its own, whose faults are nobody else's. */
let book: BookStore | undefined;

/** What does not need the history itself. */
type Beside = 'openBook' | 'keep' | 'close';
type Handlers = {
  [O in Exclude<Op, Beside>]: (ask: Requests[O]['ask'], store: HistoryStore) => Requests[O]['answer'];
};
type BesideHandlers = { [O in Beside]: (ask: Requests[O]['ask']) => Requests[O]['answer'] };

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
};

const besideHandlers: BesideHandlers = {
  openBook: () => theBook().begin(),
  keep: (entries) => {
    theBook().keep(entries, Date.now());
  },
  close: () => {
    book?.close();
    store?.close();
    [book, store] = [undefined, undefined];
  },
};

answerEach(({ op, ask }: Request) => answerTo(op, ask));

tidyIn(TIDY_MS);

/** Question and answer are of one row of the table: the casts end here. */
function answerTo(op: Op, ask: Request['ask']): unknown {
  if (op in besideHandlers) return (besideHandlers[op as Beside] as (ask: Request['ask']) => unknown)(ask);
  const handler = handlers[op as keyof Handlers] as (ask: Request['ask'], store: HistoryStore) => unknown;
  return onStore((store) => handler(ask, store));
}

function theBook(): BookStore {
  book ??= new BookStore({
    path: join(settings.folder, BOOK_FILE),
    keepMs: settings.keepBookMs,
    putAside: (path, cause) => tell({ event: 'bookPutAside', path, cause }),
  });
  return book;
}

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

function tell(event: ThreadEvent): void {
  parentPort?.postMessage(event);
}
