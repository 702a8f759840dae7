// Writes what is made from the program: deploy/config.schema.json, and the tables of settings, fields and outputs in the README.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withFieldTables } from './fields-docs.ts';
import { withOutputsTable } from './outputs-docs.ts';
import { publishedSchema, withSettingsTables } from './settings-docs.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);

writeFileSync(at('deploy/config.schema.json'), `${JSON.stringify(publishedSchema(), null, 2)}\n`);
const readme = at('README.md');
if (existsSync(readme))
  writeFileSync(readme, withOutputsTable(withFieldTables(withSettingsTables(readFileSync(readme, 'utf8')))));
