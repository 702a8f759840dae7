import { parentPort, workerData } from 'node:worker_threads';
import { isDamage } from '../storage/sqlite.ts';
import { answerEach } from '../storage/thread.ts';
import { openJournalStore, openRepaired, repair, type Opened } from './open.ts';
import type { Passed } from './cursors.ts';
import type { Op, Request, Requests, ThreadEvent, WorkerSettings } from './protocol.ts';
import type { JournalStore } from './store.ts';

/** The journal's own thread: a card that stalls for seconds stalls this one, and reading goes on. */

const TIDY_MS = 60_000;
/** Nothing committed stays in the page cache for much longer than its interval, telegram or not. */
const SYNC_CHECK_MS = 1_000;
/** Telegrams that came before the clock was set get their time so often some at a time. */
const RESTAMP_MS = 1_000;
/** A repair that failed is not begun again for each request. */
const REPAIR_RETRY_MS = 5_000;
const PROGRESS_MS = 1_000;

interface Broken {
  /** It holds no file any more; its cursors stand where they stood. */
  readonly store: JournalStore;
  readonly cause: unknown;
  /** Its files were put aside, and what was saved lies in their place. */
  isAside: boolean;
}

const settings = workerData as WorkerSettings;
let store: JournalStore | undefined;
/** A journal that turned out to be damaged, until another has taken over from it. */
let broken: Broken | undefined;
let failed: { readonly error: unknown; readonly atMs: number } | undefined;
/** Cursors that moved while no store was open. */
let passed: readonly Passed[] = [];
let toldAtMs = 0;
let isClosed = false;
let isKept = false;

type Handlers = { [O in Op]: (ask: Requests[O]['ask'], store: JournalStore) => Requests[O]['answer'] };

const handlers: Handlers = {
  open: (_ask, store) => {
    keepHouse();
    return { ...store.view.state(), clock: store.restamping.state };
  },
  clock: ({ time, isSet }, store) => {
    store.restamping.clock(time, isSet);
  },
  append: ({ telegrams, isSynced }, store) => store.append(telegrams, isSynced),
  read: ({ after, limit, source }, store) => store.read(after, limit, source),
  before: ({ endpoint, seq, limit, source }, store) => store.before(endpoint, seq, limit, source),
  pass: () => undefined,
  mayComeTwice: ({ endpoint }, store) => {
    store.cursors.mayComeTwice(endpoint);
  },
  doubt: ({ endpoint, doubt }, store) => {
    store.doubt(endpoint, doubt);
  },
  bury: ({ endpoint, letter, aside }, store) => {
    store.bury(endpoint, letter, aside);
  },
  aside: ({ endpoint, limit }, store) => store.dead.aside(endpoint, limit),
  asideFirst: ({ endpoint }, store) => {
    store.changeDead((dead) => dead.asideFirst(endpoint));
  },
  condemn: ({ endpoint, upToId }, store) => store.changeDead((dead) => dead.condemn(endpoint, upToId)),
  dead: ({ endpoint, limit, after }, store) => store.dead.list(endpoint, limit, after),
  deadOf: ({ endpoint, seq }, store) => store.dead.of(endpoint, seq),
  deadToRetry: ({ endpoint, limit }, store) => store.dead.toRetry(endpoint, limit),
  deadTaken: ({ endpoint, id, proof }, store) => {
    store.deadTaken(endpoint, id, proof);
  },
  retryDead: ({ endpoint, ids }, store) => store.changeDead((dead) => dead.retry(endpoint, ids)),
  dropDead: ({ endpoint, ids }, store) => store.changeDead((dead) => dead.drop(endpoint, ids)),
  deadRefusedAgain: ({ id, reason, buriedAt }, store) => {
    store.changeDead((dead) => dead.refusedAgain(id, reason, buriedAt));
  },
  replay: ({ endpoint }, store) => store.replays.of(endpoint),
  startReplay: ({ plan, isDry }, store) => store.startReplay(plan, isDry),
  endReplay: ({ endpoint }, store) => store.endReplay(endpoint),
  state: (_ask, store) => store.view.state(),
  survey: (ask, store) => store.view.survey(ask),
  page: (ask, store) => store.view.page(ask),
  close: () => {
    isClosed = true;
  },
};

answerEach((request: Request) => {
  passed = [...passed, ...request.passed];
  const answer = surviveDamage((store) => answerTo(request, store));
  if (isClosed) store?.close();
  return answer;
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
  try {
    return work(openStore());
  } catch (error) {
    if (!isDamage(error)) throw error;
    letGo(error);
    return work(openStore());
  }
}

function letGo(cause: unknown): void {
  if (store === undefined) return;
  store.abandon();
  broken = { store, cause, isAside: false };
  store = undefined;
}

function openStore(): JournalStore {
  if (isClosed) throw new Error('the journal is closed');
  if (store === undefined) toldAtMs = performance.now();
  store ??= broken === undefined ? opened(openJournalStore({ ...settings, repairing })) : repaired(broken);
  broken = undefined;
  store.pass(passed);
  passed = [];
  return store;
}

/** Where the repair itself fails (a full disk), what was broken is kept in mind, and a later request begins it again. */
function repaired(broken: Broken): JournalStore {
  if (failed !== undefined && performance.now() - failed.atMs < REPAIR_RETRY_MS) throw failed.error;
  const { store: before, cause } = broken;
  try {
    if (!broken.isAside) tell({ event: 'quarantined', quarantined: repair({ ...before.options, repairing }, cause) });
    broken.isAside = true;
    const successor = openRepaired(before.options);
    takeOver(successor, before);
    failed = undefined;
    return successor;
  } catch (error) {
    failed = { error, atMs: performance.now() };
    throw error;
  }
}

function takeOver(successor: JournalStore, before: JournalStore): void {
  try {
    successor.takeOver(before.cursors.state());
  } catch (error) {
    successor.abandon();
    throw error;
  }
}

/** At most one word a second of how far a repair is. */
function repairing(part: number): void {
  const nowMs = performance.now();
  if (nowMs - toldAtMs < PROGRESS_MS) return;
  toldAtMs = nowMs;
  tell({ event: 'repairing', part });
}

function opened({ store, quarantined, lostWal }: Opened): JournalStore {
  if (quarantined !== undefined) tell({ event: 'quarantined', quarantined });
  if (lostWal !== undefined) tell({ event: 'walLost', lost: lostWal });
  if (store.takenOut.length > 0) tell({ event: 'takenOut', endpoints: store.takenOut });
  return store;
}

function tellLetGo(store: JournalStore): void {
  const letters = store.cursors.newlyLost();
  if (letters.size > 0) tell({ event: 'letGo', letters });
}

function keepHouse(): void {
  if (isKept) return;
  isKept = true;
  every(SYNC_CHECK_MS, (store) => store.syncIfDue());
  every(RESTAMP_MS, (store) => store.restamping.next());
  every(TIDY_MS, (store) => store.tidy(Date.now()));
}

/** Housekeeping must not end the thread: what it could not do now, it tries again. */
function every(ms: number, work: (store: JournalStore) => void): void {
  setInterval(() => {
    if (store === undefined) return;
    try {
      surviveDamage(work);
      surviveDamage(tellLetGo);
    } catch {
      // Whoever needs the journal meets the same trouble, and says so.
    }
  }, ms).unref();
}

function tell(event: ThreadEvent): void {
  parentPort?.postMessage(event);
}
