/** Tests in their full form. */
export interface Suite {
  /** What `--only` knows it by. */
  readonly name: string;
  /** Parts of the paths of its test files. */
  readonly files: readonly string[];
  /** What makes the form full. */
  readonly env: Readonly<Record<string, string>>;
  readonly longestMin: number;
}

/** Every suite, in the order of the table. */
export const suites: readonly Suite[] = [
  { name: 'kill', files: ['fault/kill.test'], env: { P1_RELAY_KILLS: '100' }, longestMin: 30 },
  { name: 'read back', files: ['fault/read-back.test'], env: {}, longestMin: 5 },
  { name: 'model', files: ['property/journal.test'], env: { P1_RELAY_MODEL_RUNS: '10000' }, longestMin: 60 },
  { name: 'outage', files: ['fault/outage.test'], env: { P1_RELAY_OUTAGE: '1' }, longestMin: 60 },
  {
    name: 'scheduler',
    files: ['outbox/many-letters.test', 'outbox/schedule.test'],
    env: { P1_RELAY_LETTERS: '100000' },
    longestMin: 5,
  },
  { name: 'power cut', files: ['fault/power-cut.test'], env: { P1_RELAY_POWER_CUTS: '1000' }, longestMin: 15 },
  {
    name: 'history power cut',
    files: ['fault/history-power-cut.test'],
    env: { P1_RELAY_POWER_CUTS: '1000' },
    longestMin: 15,
  },
  { name: 'stalls', files: ['fault/stalls.test'], env: { P1_RELAY_STALLS: 'all' }, longestMin: 10 },
  { name: 'full disk', files: ['fault/disk.test'], env: {}, longestMin: 10 },
  { name: 'damage', files: ['fault/damage.test'], env: { P1_RELAY_DAMAGES: '200' }, longestMin: 60 },
];
