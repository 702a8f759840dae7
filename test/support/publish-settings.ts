// Writes what is made from the schema of the configuration: deploy/config.schema.json, and the tables in the README.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { publishedSchema, withSettingsTables } from './settings-docs.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);

writeFileSync(at('deploy/config.schema.json'), `${JSON.stringify(publishedSchema(), null, 2)}\n`);
const readme = at('README.md');
if (existsSync(readme)) writeFileSync(readme, withSettingsTables(readFileSync(readme, 'utf8')));
