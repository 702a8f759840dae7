import type { MachineTime } from '../time/boot.ts';
import type { Passed, Proof } from './cursors.ts';
import type { Changed, DeadLetter, KeptDeadLetter } from './dead-letters.ts';
import type { Losses } from './losses.ts';
import type { LostWal, Quarantined } from './open.ts';
import type { EndpointPlace, TakenOut } from './placing.ts';
import type { ClockState } from './restamping.ts';
import type { ReplayPlan, ReplayState } from './replays.ts';
import type { Incoming } from './crossing.ts';
import type { Survey, SurveyAsk } from './survey.ts';
import type { Page, PageAsk, Row } from './telegrams.ts';
import type { JournalState } from './view.ts';

/** What the journal's thread is started with. */
export interface WorkerSettings {
  readonly folder: string;
  readonly endpoints: readonly EndpointPlace[];
  readonly keepMs: number;
  readonly keepBytes: number;
  readonly maxBytes: number | undefined;
  readonly syncIntervalMs: number;
}

/** How the journal stands when it is opened, and how it sees this machine's clock. */
export type OpenState = JournalState & { readonly clock: ClockState };

type Nothing = Readonly<Record<string, unknown>>;

/** What the journal's thread can be asked, and what it answers. Each request also brings the cursors that moved. */
export interface Requests {
  open: { ask: Nothing; answer: OpenState };
  clock: { ask: { time: MachineTime; isSet: boolean }; answer: undefined };
  append: { ask: { telegrams: Incoming[]; isSynced: boolean }; answer: number[] };
  read: { ask: { after: number; limit: number; source: string | undefined }; answer: Row[] };
  before: { ask: { endpoint: string | undefined; seq: number; limit: number; source: string }; answer: Row[] };
  pass: { ask: Nothing; answer: undefined };
  mayComeTwice: { ask: { endpoint: string }; answer: undefined };
  doubt: { ask: { endpoint: string; doubt: 'sending' | null }; answer: undefined };
  bury: { ask: { endpoint: string; letter: DeadLetter; aside: boolean }; answer: undefined };
  aside: { ask: { endpoint: string; limit: number }; answer: KeptDeadLetter[] };
  asideFirst: { ask: { endpoint: string }; answer: undefined };
  condemn: { ask: { endpoint: string; upToId: number | undefined }; answer: number };
  dead: { ask: { endpoint: string | undefined; limit: number; after: number }; answer: KeptDeadLetter[] };
  deadOf: { ask: { endpoint: string; seq: number }; answer: KeptDeadLetter | undefined };
  deadToRetry: { ask: { endpoint: string; limit: number }; answer: KeptDeadLetter[] };
  retryDead: { ask: { endpoint: string; ids: readonly number[] | undefined }; answer: Changed };
  deadTaken: { ask: { endpoint: string; id: number; proof: Proof }; answer: undefined };
  dropDead: { ask: { endpoint: string; ids: readonly number[] | undefined }; answer: Changed };
  deadRefusedAgain: { ask: { id: number; reason: string; buriedAt: number }; answer: undefined };
  replay: { ask: { endpoint: string }; answer: ReplayState | undefined };
  startReplay: { ask: { plan: ReplayPlan; isDry: boolean }; answer: ReplayState & { readonly letters: number } };
  endReplay: { ask: { endpoint: string }; answer: ReplayState | undefined };
  state: { ask: Nothing; answer: JournalState };
  survey: { ask: SurveyAsk; answer: Survey };
  page: { ask: PageAsk; answer: Page };
  close: { ask: Nothing; answer: undefined };
}

export type Op = keyof Requests;

export interface Request {
  readonly id: number;
  readonly op: Op;
  readonly ask: Requests[Op]['ask'];
  readonly passed: readonly Passed[];
}

/** What the thread tells unasked. */
export type ThreadEvent =
  /** A damaged journal is being repaired: this part of it is done, from 0 up to 1. */
  | { readonly event: 'repairing'; readonly part: number }
  | { readonly event: 'quarantined'; readonly quarantined: Quarantined }
  | { readonly event: 'walLost'; readonly lost: LostWal }
  | { readonly event: 'takenOut'; readonly endpoints: readonly TakenOut[] }
  | { readonly event: 'letGo'; readonly letters: ReadonlyMap<string, Losses> };
