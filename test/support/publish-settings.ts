// Writes what is made from the program: deploy/config.schema.json, and the tables of settings and of fields in the README.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withFieldTables } from './fields-docs.ts';
import { publishedSchema, withSettingsTables } from './settings-docs.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);

writeFileSync(at('deploy/config.schema.json'), `${JSON.stringify(publishedSchema(), null, 2)}\n`);
const readme = at('README.md');
if (existsSync(readme)) writeFileSync(readme, withFieldTables(withSettingsTables(readFileSync(readme, 'utf8'))));
