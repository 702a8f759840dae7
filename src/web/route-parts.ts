import type { Access } from './access/access.ts';
import type { KeyFile } from './access/key-file.ts';
import type { Tokens } from './access/tokens.ts';
import type { Denials } from './denials.ts';
import type { History } from './history.ts';
import type { Live } from './live.ts';
import type { OfficeLine } from './office-line.ts';
import type { RecordPages } from './record-pages.ts';
import type { WebSettings } from './settings.ts';
import type { Visits } from './visits.ts';

/** What routes work with. */
export interface RouteParts {
  readonly settings: WebSettings;
  readonly office: OfficeLine;
  readonly access: Access;
  readonly keyFile: KeyFile;
  readonly tokens: Tokens;
  readonly visits: Visits;
  readonly denials: Denials;
  readonly live: Live;
  readonly history: History;
  readonly recordPages: RecordPages;
  /** Of the first meter: what is of no meter counts in its days. */
  readonly timeZone: string;
}
