import type { Field } from './field.ts';
import { SUBJECTS } from './fields.ts';

/** A row of the table with its name, for those who show it. */
export interface FieldRow extends Field {
  readonly subject: string;
  /** In a reading it stands under `meter`; those of M-Bus devices under `mbus` and the channel. */
  readonly name: string;
}

/** The whole table in one list, subject by subject. */
export function fieldRows(): FieldRow[] {
  return Object.entries<Readonly<Record<string, Field>>>(SUBJECTS).flatMap(([subject, fields]) =>
    Object.entries(fields).map(([name, field]) => ({ subject, name, ...field })),
  );
}
