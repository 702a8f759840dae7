import type { Access } from './access/access.ts';
import type { KeyFile } from './access/key-file.ts';
import type { Tokens } from './access/tokens.ts';
import type { Denials } from './denials.ts';
import type { History } from './history.ts';
import type { Live } from './live.ts';
import type { OfficeLine } from './office/line.ts';
import type { RecordPages } from './record-pages.ts';
import type { WebSettings } from './settings.ts';
import type { TelegramFeed } from './telegram-feed.ts';
import type { Visits } from './visits.ts';

/** What routes work with. */
export interface RouteParts {
  readonly settings: WebSettings;
  readonly office: Pick<OfficeLine, 'ask'>;
  readonly access: Access;
  readonly keyFile: KeyFile;
  readonly tokens: Tokens;
  readonly visits: Pick<Visits, 'begin' | 'end' | 'running' | 'all' | 'earlier'>;
  readonly denials: Pick<Denials, 'all'>;
  readonly live: Pick<Live, 'newest' | 'follow'>;
  readonly telegramFeed: Pick<TelegramFeed, 'read' | 'counts'>;
  readonly history: Pick<History, 'ask' | 'zoneOf'>;
  readonly recordPages: RecordPages;
  /** Of the first meter: what is of no meter counts in its days. */
  readonly timeZone: string;
}
