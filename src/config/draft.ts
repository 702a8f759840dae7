import { formatPath, valueAt, withValueAt, type Path } from './path.ts';

/** Settings on their way to a configuration: plain data, who said what, and what was found wrong with it. */
export class Draft {
  /** What is wrong, each line complete: `place path: got …, expected …; hint`. */
  readonly problems: string[] = [];
  /** What a person should know though it stops nothing. */
  readonly warnings: string[] = [];
  /** Where the settings come from, for the line that the service starts with. */
  readonly origins: string[];
  #values: unknown;
  readonly #locate: (path: Path) => string | undefined;
  /** Settings that an environment variable gave, by their path as text. */
  readonly #variables = new Map<string, string>();

  /** `locate` says where the file has a setting: `file:line:col`. */
  constructor(values: unknown, origin?: string, locate: (path: Path) => string | undefined = () => undefined) {
    this.#values = values;
    this.#locate = locate;
    this.origins = origin === undefined ? [] : [origin];
  }

  get values(): unknown {
    return this.#values;
  }

  get(path: Path): unknown {
    return valueAt(this.#values, path);
  }

  /** Sets or replaces one setting; `variable` where an environment variable said it. */
  set(path: Path, value: unknown, variable?: string): void {
    this.#values = withValueAt(this.#values, path, value);
    if (variable !== undefined) this.#variables.set(formatPath(path), variable);
  }

  /** Notes what is wrong with one setting. */
  report(path: Path, text: string): void {
    const subject = path.length === 0 ? '' : ` ${formatPath(path)}`;
    this.problems.push(`${this.#placeOf(path)}${subject}: ${text}`);
  }

  /** Whether the file says it, and no variable over it. */
  isFromFile(path: Path): boolean {
    return this.#locate(path) !== undefined && !this.#variables.has(formatPath(path));
  }

  /** Where a setting was said; for one that is missing, where it should have been said. */
  #placeOf(path: Path): string {
    const here = this.#variables.get(formatPath(path)) ?? this.#locate(path);
    if (here !== undefined) return here;
    return path.length === 0 || this.#hasVariableBelow(path) ? 'environment' : this.#placeOf(path.slice(0, -1));
  }

  #hasVariableBelow(path: Path): boolean {
    const start = formatPath(path);
    return [...this.#variables.keys()].some(
      (variable) => /^[.[]/.test(variable.slice(start.length)) && variable.startsWith(start),
    );
  }
}
