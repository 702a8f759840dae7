import { parentPort, workerData } from 'node:worker_threads';
import { isDamage, isFull } from '../storage/sqlite.ts';
import type { Passed } from './cursors.ts';
import { openJournalStore, recover, type Opened } from './open.ts';
import type { JournalState, Message, Op, Request, Requests, WorkerSettings } from './protocol.ts';
import type { JournalStore } from './store.ts';

/** The journal's own thread: a card that stalls for seconds stalls this one, and reading goes on. */

const RECLAIM_MS = 60_000;
/** Nothing committed stays in the page cache for much longer than its interval, telegram or not. */
const SYNC_CHECK_MS = 1_000;

const settings = workerData as WorkerSettings;
let store: JournalStore | undefined;
/** Cursors that a full disk did not take yet: delivery goes on without them. */
let unwritten: readonly Passed[] = [];

type Handlers = { [O in Op]: (ask: Requests[O]['ask'], passed: readonly Passed[]) => Requests[O]['answer'] };

const handlers: Handlers = {
  open: () => {
    store = opened(openJournalStore(settings));
    every(SYNC_CHECK_MS, (open) => open.syncIfDue());
    every(RECLAIM_MS, reclaim);
    return state(store);
  },
  append: ({ telegrams }, passed) => openStore().append(telegrams, passed),
  read: ({ after, limit, source }, passed) => {
    pass(passed);
    return openStore().read(after, limit, source);
  },
  pass: (_ask, passed) => {
    pass(passed);
  },
  bury: ({ endpoint, letter }, passed) => {
    openStore().bury(endpoint, letter, passed);
  },
  dead: ({ endpoint, limit }) => openStore().dead.list(endpoint, limit),
  deadToRetry: ({ endpoint, limit }) => openStore().dead.toRetry(endpoint, limit),
  retryDead: ({ endpoint, ids }) => openStore().changeDead((dead) => dead.retry(endpoint, ids)),
  dropDead: ({ endpoint, ids }) => openStore().changeDead((dead) => dead.drop(endpoint, ids)),
  deadRefusedAgain: ({ id, reason, buriedAt }) => {
    openStore().changeDead((dead) => dead.refusedAgain(id, reason, buriedAt));
  },
  state: (_ask, passed) => {
    pass(passed);
    return state(openStore());
  },
  close: (_ask, passed) => {
    pass(passed);
    openStore().close();
    store = undefined;
  },
};

parentPort?.on('message', (request: Request) => {
  try {
    tell({ id: request.id, answer: handle(request) });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell({ id: request.id, error: { name, message } });
  }
});

/** A request that meets damage is tried once more, on what could be saved. */
function handle(request: Request): unknown {
  const handler = handlers[request.op] as (ask: Request, passed: readonly Passed[]) => unknown;
  try {
    return handler(request, request.passed);
  } catch (error) {
    if (!isDamage(error)) throw error;
    startOver(error);
    return handler(request, request.passed);
  }
}

function pass(passed: readonly Passed[]): void {
  unwritten = [...unwritten, ...passed];
  try {
    openStore().pass(unwritten);
    unwritten = [];
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

/** The open journal turned out to be damaged: goes on with what can be saved of it. */
function startOver(error: unknown): void {
  const broken = openStore();
  broken.abandon();
  store = undefined;
  store = opened(recover(broken.options, error));
}

function opened({ store, quarantined }: Opened): JournalStore {
  if (quarantined !== undefined) tell({ event: 'quarantined', quarantined });
  return store;
}

function openStore(): JournalStore {
  if (store === undefined) throw new Error('the journal is closed');
  return store;
}

function reclaim(open: JournalStore): void {
  const letters = open.reclaim(Date.now());
  if (letters.size > 0) tell({ event: 'dropped', letters });
}

function state(open: JournalStore): JournalState {
  const { head, bytes, freeBytes, cursors } = open.state();
  const endpoints = cursors.map((cursor) => ({
    ...cursor,
    oldestAt: cursor.waiting > 0 ? open.oldestFor(cursor.name)?.at : undefined,
    dead: open.dead.count(cursor.name),
  }));
  return { head, bytes, freeBytes, endpoints };
}

/** Housekeeping must not end the thread: what it could not do now, it tries again. */
function every(ms: number, work: (open: JournalStore) => void): void {
  setInterval(() => {
    try {
      if (store !== undefined) work(store);
    } catch (error) {
      if (isDamage(error)) startOver(error);
    }
  }, ms).unref();
}

function tell(message: Message): void {
  parentPort?.postMessage(message);
}
