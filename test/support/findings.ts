import { appendFileSync } from 'node:fs';

/** What one fault did to the telegrams, over all the times that it was tried. */
export interface Finding {
  /** Its name, for a person: one row of the table. */
  readonly fault: string;
  /** How often it struck. */
  readonly tried: number;
  readonly lost: number;
  readonly twice: number;
  readonly outOfOrder: number;
  /** The longest time until all was well again; undefined where there is nothing to wait for. */
  readonly recoveredInMs?: number;
  /** What else was measured. */
  readonly note?: string;
}

/** Adds a line of JSON to the file that `P1_RELAY_FINDINGS` names; nothing where it names none. */
export function record(finding: Finding): void {
  const file = process.env['P1_RELAY_FINDINGS'];
  if (file !== undefined && file !== '') appendFileSync(file, `${JSON.stringify(finding)}\n`);
}
