import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { fillJournal, telegrams } from '../house.ts';
import { times } from '../statistics.ts';

const TELEGRAMS = 20_000;
const RAW_BYTES = 1_071;

export const stored: Bench = {
  name: 'stored',
  what: 'stored bytes a telegram in the journal',
  bar: `<= 300 B of ${RAW_BYTES} B raw`,
  async run() {
    const stateDir = await mkdtemp(join(tmpdir(), 'p1-relay-bench-'));
    try {
      let raw = 0;
      fillJournal(
        stateDir,
        'home',
        counted(telegrams(TELEGRAMS), (bytes) => (raw += bytes)),
      );
      const files = (await readdir(stateDir)).filter((name) => name.startsWith('journal.db'));
      const sizes = await Promise.all(files.map(async (name) => (await stat(join(stateDir, name))).size));
      const each = sizes.reduce((sum, size) => sum + size, 0) / TELEGRAMS;
      return {
        figure: `${each.toFixed(0)} B`,
        yardstick: `${(raw / TELEGRAMS).toFixed(0)} B raw in this house`,
        ratio: times(each / (raw / TELEGRAMS)),
        met: each <= 300,
        where: `${TELEGRAMS} telegrams, all files of a closed journal but its reserve`,
      };
    } finally {
      await rm(stateDir, { recursive: true, force: true });
    }
  },
};

function* counted(raws: Iterable<Buffer>, count: (bytes: number) => void): Generator<Buffer> {
  for (const raw of raws) {
    count(raw.length);
    yield raw;
  }
}
