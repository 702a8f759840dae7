import { fieldRows, type FieldRow } from '../../src/reading/field-rows.ts';

const MARKERS = /(<!-- fields -->\n)[^]*?(\n<!-- \/fields -->)/;

/** A README with the table of fields between `<!-- fields -->` and `<!-- /fields -->`. Throws where it has no such place. */
export function withFieldTables(readme: string): string {
  if (!MARKERS.test(readme))
    throw new Error('README.md has no <!-- fields --> … <!-- /fields --> to put the tables in');
  return readme.replace(MARKERS, (_, start: string, end: string) => `${start}\n${fieldTables()}${end}`);
}

/** A table a subject, folded, for there are many. */
function fieldTables(): string {
  const rows = fieldRows();
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  return subjects
    .map((subject) =>
      tableOf(
        subject,
        rows.filter((row) => row.subject === subject),
      ),
    )
    .join('\n');
}

function tableOf(subject: string, rows: readonly FieldRow[]): string {
  const lines = rows.map(({ name, obis, unit = '', countries, about }) => {
    const references = obis.map((reference) => `\`${reference}\``).join(' ');
    return `| \`${name}\` | ${references} | ${unit} | ${countries.join(' ')} | ${about} |`;
  });
  const head = ['| field | OBIS reference | unit | countries | what it is |', '| --- | --- | --- | --- | --- |'];
  const summary = `<summary>${subject}: ${rows.length} ${rows.length === 1 ? 'field' : 'fields'}</summary>`;
  return [`<details>${summary}`, '', ...head, ...lines, '', '</details>', ''].join('\n');
}
