/** What of the process and the machine a configuration may depend on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths count from. */
  readonly cwd: string;
  /** Where the machine's own folders (`/etc`, `/home`, `/var/lib`) are; `/` but for tests. */
  readonly root: string;
}
