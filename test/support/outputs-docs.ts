import { endpointTypes } from '../../src/endpoints/index.ts';
import { anchorOf } from './settings-docs.ts';

const MARKERS = /(<!-- outputs -->\n)[^]*?(\n<!-- \/outputs -->)/;

/** A README with the table of endpoints between `<!-- outputs -->` and `<!-- /outputs -->`. Throws where it has no such place. */
export function withOutputsTable(readme: string): string {
  if (!MARKERS.test(readme))
    throw new Error('README.md has no <!-- outputs --> … <!-- /outputs --> to put the table in');
  return readme.replace(MARKERS, (_, start: string, end: string) => `${start}\n${outputsTable()}\n${end}`);
}

function outputsTable(): string {
  const rows = Object.entries(endpointTypes).map(
    ([name, { about }]) =>
      `| \`${name}\` | ${about.what} | ${about.delivery} | [settings](#${anchorOf('endpoint', name)}) |`,
  );
  return ['| `type` | for | gets | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
