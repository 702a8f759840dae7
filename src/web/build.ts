import { hostname } from 'node:os';
import { Access } from './access/access.ts';
import { Hosts } from './access/hosts.ts';
import { KeyFile } from './access/key-file.ts';
import { KeyRing } from './access/key-ring.ts';
import { scopesOfAnonymous } from './access/scopes.ts';
import { Throttle } from './access/throttle.ts';
import { Tokens } from './access/tokens.ts';
import { App } from './app.ts';
import type { CompatApi } from './compat/compat-api.ts';
import { DsmrReaderApi, shownSource } from './compat/dsmr-reader/serve.ts';
import { HomeWizardApi, sourceOfHomeWizard } from './compat/homewizard/serve.ts';
import type { Books } from './books.ts';
import { History } from './history.ts';
import { Live } from './live.ts';
import type { OfficeLine } from './office/line.ts';
import type { Problem } from './http/problem.ts';
import { RecordPages } from './record-pages.ts';
import type { RouteParts } from './route-parts.ts';
import { routes } from './routes.ts';
import { Routing } from './http/routing.ts';
import type { WebSettings } from './settings.ts';
import { TelegramFeed } from './telegram-feed.ts';
import { Views } from './views.ts';

interface BuildOptions {
  readonly settings: WebSettings;
  readonly office: OfficeLine;
  readonly books: Books;
  readonly fault: (text: string) => void;
  /** Somebody at this address wants to know which device this is. */
  readonly identify: (address: string) => void;
  readonly signal: AbortSignal;
}

/** Puts together all that answers requests. */
export function buildApp({ settings, office, books, fault, identify, signal }: BuildOptions): App<RouteParts> {
  const { anonymous, allowedHosts } = settings.http;
  const keyFile = new KeyFile(settings.stateDir);
  const { denials, visits } = books;
  const tokens = new Tokens(({ sessionId }, why) => visits.end(Number(sessionId), why));
  const access = new Access({
    keys: new KeyRing(keyFile, (keys) => tokens.keepOf(keys)),
    tokens,
    throttle: new Throttle(),
    anonymous: scopesOfAnonymous(anonymous),
  });
  const denied = (problem: Problem, address: string): void => denials.request(problem, address);
  const live = new Live(office, settings.sources);
  const history = new History(settings.stateDir, settings.isHistoryKept, () => {
    office.ask('checkHistory', {}).catch(() => undefined);
  });
  const recordPages = new RecordPages();
  const timeZone = settings.sources[0]?.timeZone ?? 'UTC';
  const telegramFeed = new TelegramFeed(office, signal);
  const own = { settings, office, access, keyFile, tokens, visits, denials, live, history, recordPages, timeZone };
  const views = new Views({ ...own, telegramFeed });
  const [wizard, reader] = [sourceOfHomeWizard(settings), shownSource(settings)];
  // A HomeWizard has a few paths, a DSMR-reader all under two prefixes.
  const compat: CompatApi[] = [
    ...(wizard === undefined ? [] : [new HomeWizardApi({ live, identify }, wizard)]),
    ...(reader === undefined ? [] : [new DsmrReaderApi({ access, views, denied }, reader)]),
  ];
  return new App({
    routing: new Routing(routes),
    access,
    hosts: new Hosts(hostname(), allowedHosts),
    compat,
    partsFor: ({ key }) => views.of(key),
    denied,
    fault,
    signal,
  });
}
