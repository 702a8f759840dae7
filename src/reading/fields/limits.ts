import type { Field } from '../field.ts';

/**
 * What the meter limits and switches. All nines (`999*A`, `99.999*kW`) stand for no limit. The number behind `0-` is here that of
 * a relay, not of an M-Bus channel.
 */
// prettier-ignore
export const LIMITS = {
  limit:       { obis: ['0-0:17.0.0'], kind: 'quantity', countries: ['NL', 'BE', 'LU', 'HU'], about: 'threshold of the limiter, in A, kW or kVA; all nines: none' },
  fuseLimits:  { obis: ['1-0:31.4.0', '1-1:31.4.0', '1-1:34.4.0'], kind: 'limits', countries: ['LU'], about: 'thresholds of the fuse supervision, delivered and returned' },
  fuseLimitL1: { obis: ['1-0:31.4.0'], kind: 'quantity', unit: 'A', countries: ['BE', 'HU'], about: 'threshold of the fuse supervision, all phases or phase 1; all nines: none' },
  fuseLimitL2: { obis: ['1-0:51.4.0'], kind: 'quantity', unit: 'A', countries: ['HU'], about: 'threshold of the fuse supervision, phase 2' },
  fuseLimitL3: { obis: ['1-0:71.4.0'], kind: 'quantity', unit: 'A', countries: ['HU'], about: 'threshold of the fuse supervision, phase 3' },

  switchState: { obis: ['0-0:96.3.10', '0-0:24.4.0'], kind: 'count', countries: ['NL', 'BE', 'LU', 'HU'], about: 'breaker: 0 off, 1 on, 2 ready to be switched on' },
  relay1State: { obis: ['0-1:96.3.10'], kind: 'count', countries: ['LU', 'BE'], about: 'relay 1: 0 off, 1 on' },
  relay2State: { obis: ['0-2:96.3.10'], kind: 'count', countries: ['LU', 'BE'], about: 'relay 2: 0 off, 1 on' },
  relay3State: { obis: ['0-3:96.3.10'], kind: 'count', countries: ['BE'], about: 'relay 3: 0 off, 1 on' },
  relay4State: { obis: ['0-4:96.3.10'], kind: 'count', countries: ['BE'], about: 'relay 4: 0 off, 1 on' },
} as const satisfies Readonly<Record<string, Field>>;
