/** Prints one table: every bar of speed and size, met or MISSED. `--only NAME` (again and again) picks some. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benches } from './benches/index.ts';
import type { Bench, Row } from './bench.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const wanted = benches.filter(({ name }) => values.only?.includes(name) ?? true);
const unknown = values.only?.filter((name) => benches.every((bench) => bench.name !== name)) ?? [];
if (unknown.length > 0) {
  console.error(`no bench is called ${unknown.join(', ')}; expected ${benches.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const results: [Bench, Row][] = [];
for (const bench of wanted) {
  process.stderr.write(`${bench.name} …\n`);
  results.push([bench, await bench.run()]);
}
const cores = cpus();
console.log(`\n${cores[0]?.model ?? 'unknown CPU'}, ${cores.length} cores, node ${process.version}\n`);
console.log(printTable(results));
process.exit(results.every(([, { met }]) => met) ? 0 : 1);
