/** All that is wrong with a configuration, one complete line each: `file:line:col path: got …, expected …; hint`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  /** Each problem is told once, by file, line and column. */
  constructor(problems: readonly string[]) {
    const collator = new Intl.Collator('en', { numeric: true });
    const told = [...new Set(problems)].sort((a, b) => collator.compare(a, b));
    super(told.join('\n'));
    this.problems = told;
  }
}

/** Nobody said anything yet: no file, no variables. */
export class NoConfig extends ConfigError {}
