import { Option } from 'commander';
import { fieldRows, type FieldRow } from '../reading/field-rows.ts';
import type { CommandDefinition } from './command.ts';
import { table } from './table.ts';

/** Shows the table of fields: what a reading can hold, and under which name. */
export const fields: CommandDefinition = {
  name: 'fields',
  summary: 'list every value that a telegram can hold: its name, its OBIS references, its unit and who prints it',
  examples: ['p1-relay fields', 'p1-relay fields --country BE', 'p1-relay fields --json | jq .[].name'],
  arguments: (command) =>
    command
      .option('--json', 'print JSON')
      .addOption(new Option('--country <code>', 'only what meters of this country print: NL, BE, LU, SE, …')),
  run: ([], options, { stdout, stderr }) => {
    const { json, country } = options as { json?: boolean; country?: string };
    const all = fieldRows();
    const rows = all.filter(({ countries }) => country === undefined || countries.some((code) => code === country));
    if (rows.length === 0) {
      const known = [...new Set(all.flatMap(({ countries }) => countries))].sort().join(', ');
      stderr.write(`no meter of the country ${country} is known: expected one of ${known}\n`);
      return Promise.resolve('failed');
    }
    stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${text(rows)}\n`);
    return Promise.resolve('ok');
  },
};

function text(rows: readonly FieldRow[]): string {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const tables = subjects.map((subject) => {
    const lines = rows.filter((row) => row.subject === subject);
    const cells = lines.map(({ name, obis, unit = '', countries, about }) => [
      name,
      obis.join(' '),
      unit,
      countries.join(' '),
      about,
    ]);
    return `${subject}\n${table(['field', 'obis', 'unit', 'countries', 'what it is'], cells)}`;
  });
  return tables.join('\n\n');
}
