import type { Script } from './script.ts';

/** Scripts under which a law once did not hold, as short as they became. */
export const FOUND: readonly Script[] = [
  // The interval of one source left out the letters of another.
  [
    ['sparse', 'exact'],
    [
      ['append', 2, 'house', 'plain'],
      ['append', 1, 'barn', 'plain'],
    ],
  ],
  // A letter that was stored late, refused at its second try, and taken when a person sent it again.
  [
    ['resending', 'exact'],
    [
      ['append', 1, 'house', 'plain'],
      ['become', 0, 'stored late'],
      ['wait', 1],
      ['become', 0, 'refuses'],
      ['wait', 20_000],
      ['retryDead', 0],
    ],
  ],
  // The watchdog looked between two turns, after a letter set aside had been asked about for a long time.
  [
    ['exact', 'exact'],
    [
      ['append', 1, 'house', 'poison'],
      ['wait', 1],
      ['crash'],
      ['append', 14, 'house', 'plain'],
      ['crash'],
      ['append', 13, 'house', 'plain'],
    ],
  ],
  // A letter behind one set aside was stored, and nobody had noted it.
  [
    ['exact', 'exact'],
    [
      ['become', 0, 'unreadable'],
      ['append', 1, 'house', 'plain'],
      ['wait', 1],
      ['become', 0, 'hangs after storing'],
      ['append', 13, 'house', 'plain'],
      ['wait', 1],
      ['crash'],
    ],
  ],
  // A letter set aside was found at the far side: the outbox counted it as found, the journal did not.
  [
    ['exact', 'exact'],
    [
      ['become', 0, 'unreadable'],
      ['append', 20, 'house', 'plain'],
      ['wait', 1],
      ['become', 0, 'stored late'],
      ['wait', 20_000],
    ],
  ],
  // A replay sent what waited and would have gone anyway.
  [
    ['exact', 'exact'],
    [
      ['append', 13, 'house', 'plain'],
      ['replay', 0, 0, 2, 0],
    ],
  ],
  // A dead letter went by a replay, and once more when a person sent it again.
  [
    ['exact', 'exact'],
    [
      ['become', 1, 'refuses'],
      ['append', 1, 'house', 'plain'],
      ['wait', 1],
      ['become', 1, 'takes'],
      ['replay', 1, 0, 2, 0],
      ['wait', 50],
      ['retryDead', 1],
    ],
  ],
  // A letter set aside was in flight at the restart, behind one that could not be read again and was asked about first.
  [
    ['exact', 'exact'],
    [
      ['become', 0, 'unreadable'],
      ['append', 1, 'house', 'poison'],
      ['append', 13, 'house', 'plain'],
      ['wait', 1],
      ['become', 0, 'stored late'],
      ['append', 6, 'house', 'poison'],
      ['wait', 90_000],
      ['restart'],
    ],
  ],
  // A dead letter was in flight on a replay at the restart, and somebody wanted all dead ones sent again.
  [
    ['exact', 'exact'],
    [
      ['append', 14, 'house', 'plain'],
      ['become', 0, 'refuses'],
      ['wait', 1],
      ['become', 0, 'stored late'],
      ['replay', 0, 3, 3, 0],
      ['wait', 1],
      ['restart'],
      ['retryDead', 0],
    ],
  ],
  // A letter that was left out was replayed while the server still had its request.
  [
    ['exact', 'dropping'],
    [
      ['list', 1, 'overrides'],
      ['become', 1, 'flaky'],
      ['append', 4, 'house', 'plain'],
      ['wait', 20_000],
      ['append', 1, 'house', 'plain'],
      ['replay', 1, 0, 5, 0],
    ],
  ],
  // A dead letter was in flight at the crash, and an older one was wanted a second time.
  [
    ['exact', 'exact'],
    [
      ['append', 1, 'house', 'poison'],
      ['append', 1, 'house', 'plain'],
      ['become', 0, 'unreadable'],
      ['wait', 1],
      ['become', 0, 'slow'],
      ['append', 1, 'house', 'plain'],
      ['wait', 20_000],
      ['retryDead', 0],
      ['wait', 1],
      ['retryDead', 0],
      ['crash'],
    ],
  ],
];
