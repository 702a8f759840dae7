import type { Reading } from '../reading/reading.ts';

/** The newest telegram of a source, with all of its values. */
export interface NewestReading {
  readonly source: string;
  readonly reading: Reading;
  readonly receivedAt: Date;
  /** As `headerOf` gives it. */
  readonly header: string;
}

/** The same, as it was printed or posted. */
export interface NewestTelegram extends NewestReading {
  readonly raw: Buffer;
}
