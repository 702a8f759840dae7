import { parentPort, workerData } from 'node:worker_threads';
import { isDamage } from '../storage/sqlite.ts';
import { openJournalStore, recover, type Opened } from './open.ts';
import type { JournalState, Message, Op, Request, Requests, WorkerSettings } from './protocol.ts';
import type { JournalStore } from './store.ts';

/** The journal's own thread: a card that stalls for seconds stalls this one, and reading goes on. */

const TIDY_MS = 60_000;
/** Nothing committed stays in the page cache for much longer than its interval, telegram or not. */
const SYNC_CHECK_MS = 1_000;

const settings = workerData as WorkerSettings;
let store: JournalStore | undefined;
let isClosed = false;

type Handlers = { [O in Op]: (ask: Requests[O]['ask'], store: JournalStore) => Requests[O]['answer'] };

const handlers: Handlers = {
  open: (_ask, store) => {
    every(SYNC_CHECK_MS, (store) => store.syncIfDue());
    every(TIDY_MS, (store) => store.tidy(Date.now()));
    return state(store);
  },
  append: ({ telegrams }, store) => store.append(telegrams),
  read: ({ after, limit, source }, store) => store.read(after, limit, source),
  before: ({ seq, limit, source }, store) => store.before(seq, limit, source),
  pass: () => undefined,
  doubt: ({ endpoint, doubt }, store) => {
    store.cursors.doubt(endpoint, doubt);
  },
  bury: ({ endpoint, letter, aside }, store) => {
    store.bury(endpoint, letter, aside);
  },
  aside: ({ endpoint, limit }, store) => store.dead.aside(endpoint, limit),
  condemn: ({ endpoint, upToId }, store) => store.changeDead((dead) => dead.condemn(endpoint, upToId)),
  dead: ({ endpoint, limit }, store) => store.dead.list(endpoint, limit),
  deadToRetry: ({ endpoint, limit }, store) => store.dead.toRetry(endpoint, limit),
  deadTaken: ({ endpoint, id }, store) => {
    store.deadTaken(endpoint, id);
  },
  retryDead: ({ endpoint, ids }, store) => store.changeDead((dead) => dead.retry(endpoint, ids)),
  dropDead: ({ endpoint, ids }, store) => store.changeDead((dead) => dead.drop(endpoint, ids)),
  deadRefusedAgain: ({ id, reason, buriedAt }, store) => {
    store.changeDead((dead) => dead.refusedAgain(id, reason, buriedAt));
  },
  state: (_ask, store) => state(store),
  close: () => {
    isClosed = true;
  },
};

parentPort?.on('message', (request: Request) => {
  try {
    openStore().cursors.pass(request.passed);
    const answer = surviveDamage((store) => answerTo(request, store));
    if (isClosed) store?.close();
    tell({ id: request.id, answer });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell({ id: request.id, error: { name, message } });
  }
});

function answerTo(request: Request, store: JournalStore): unknown {
  const handler = handlers[request.op] as (ask: Request['ask'], store: JournalStore) => unknown;
  const answer = handler(request.ask, store);
  store.writeCursors();
  tellLetGo(store);
  return answer;
}

/** Work that meets damage is done once more, on what could be saved. */
function surviveDamage<T>(work: (store: JournalStore) => T): T {
  const open = openStore();
  try {
    return work(open);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return work(startOver(open, error));
  }
}

/** Where the repair itself fails (a full disk), the next request begins it again. */
function startOver(broken: JournalStore, error: unknown): JournalStore {
  broken.abandon();
  store = undefined;
  store = opened(recover(broken.options, error));
  store.takeOver(broken.cursors.state());
  return store;
}

function openStore(): JournalStore {
  if (isClosed) throw new Error('the journal is closed');
  store ??= opened(openJournalStore(settings));
  return store;
}

function opened({ store, quarantined }: Opened): JournalStore {
  if (quarantined !== undefined) tell({ event: 'quarantined', quarantined });
  if (store.takenOut.length > 0) tell({ event: 'takenOut', endpoints: store.takenOut });
  return store;
}

function tellLetGo(store: JournalStore): void {
  const letters = store.cursors.newlyLost();
  if (letters.size > 0) tell({ event: 'letGo', letters });
}

function state(open: JournalStore): JournalState {
  const { head, bytes, freeBytes, cursors } = open.state();
  const endpoints = cursors.map((cursor) => ({
    ...cursor,
    oldestAt: cursor.waiting > 0 ? open.oldestFor(cursor.name)?.at : undefined,
    dead: open.dead.count(cursor.name),
    aside: open.dead.countAside(cursor.name),
  }));
  return { head, bytes, freeBytes, endpoints };
}

/** Housekeeping must not end the thread: what it could not do now, it tries again. */
function every(ms: number, work: (store: JournalStore) => void): void {
  setInterval(() => {
    try {
      surviveDamage(work);
      surviveDamage(tellLetGo);
    } catch {
      // Whoever needs the journal meets the same trouble, and says so.
    }
  }, ms).unref();
}

function tell(message: Message): void {
  parentPort?.postMessage(message);
}
