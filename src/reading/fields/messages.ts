import type { Field } from '../field.ts';

/**
 * What the grid operator wants its client to read.
 */
// prettier-ignore
export const MESSAGES = {
  message:     { obis: ['0-0:96.13.0'], kind: 'text', countries: ['NL', 'BE', 'LU', 'LT', 'HU', 'CH', 'IL'], about: 'message of the grid operator; in Lithuania the name of the data model' },
  messageCode: { obis: ['0-0:96.13.1'], kind: 'text', countries: ['NL', 'CH'], about: 'message code of the grid operator' },
  message2:    { obis: ['0-0:96.13.2'], kind: 'text', countries: ['LU'], about: 'long message of the grid operator, channel 2' },
  message3:    { obis: ['0-0:96.13.3'], kind: 'text', countries: ['LU'], about: 'long message of the grid operator, channel 3' },
  message4:    { obis: ['0-0:96.13.4'], kind: 'text', countries: ['LU'], about: 'long message of the grid operator, channel 4' },
  message5:    { obis: ['0-0:96.13.5'], kind: 'text', countries: ['LU'], about: 'long message of the grid operator, channel 5' },
} as const satisfies Readonly<Record<string, Field>>;
