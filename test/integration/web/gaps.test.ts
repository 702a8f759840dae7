import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { until } from '../../support/service.ts';
import { buildTelegram } from '../../support/telegrams.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

const START = new Date('2026-01-10T11:00:00Z');
/** Seconds behind the start: the first without a register, and the first with one again. */
const HOLE = [180, 480] as const;
const END = 700;

interface Answer {
  readonly data: readonly {
    meter: string;
    from: string;
    to: string;
    recoverable: boolean | null;
    missed_by: string[];
    import: number;
    export: number;
  }[];
  readonly balance: readonly { meter: string; unaccounted: number; gaps: number }[];
  readonly nextPage: string | null;
}

test('a gap tells who misses it, and whether telegrams of it are kept; the balance leaves nothing', async ({
  scene,
}) => {
  const [server, folder] = [await scene.server(), await scene.folder()];
  const house = simulateHouse({ start: START, seed: 5, phases: 1 });
  const seconds = Array.from({ length: END }, () => house.next().value);
  const isIn = (second: number): boolean => second >= HOLE[0] && second < HOLE[1];
  /** One that says when it was printed, and nothing that a history could count. */
  const bare = (second: number): Buffer => {
    const minutes = String(Math.floor(second / 60)).padStart(2, '0');
    const clock = `0-0:1.0.0(26011012${minutes}${String(second % 60).padStart(2, '0')}W)`;
    return buildTelegram('/ISK5\\2M550T-1012', ['1-3:0.2.8(50)', clock, '1-0:1.7.0(00.100*kW)']);
  };
  const write = (name: string, telegrams: readonly Buffer[]): string => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat(telegrams));
    return path;
  };
  const config = {
    sources: [
      {
        type: 'file',
        name: 'silent',
        path: write(
          'silent',
          seconds.filter((_, second) => !isIn(second)),
        ),
      },
      {
        type: 'file',
        name: 'odd',
        path: write(
          'odd',
          seconds.map((one, second) => (isIn(second) ? bare(second) : one)),
        ),
      },
    ],
    endpoints: ['silent', 'odd'].map((source) => {
      return { name: `to-${source}`, type: 'dsmr-v1', source, url: server.url, key: server.key, rate: 'off' };
    }),
    http: HTTP,
  };
  const service = await scene.service({ config });
  const url = await webUrl(service);
  const key = bearer(addKey(service.stateDir, 'all', ['usage:read']));
  const path = '/edge/v1/gaps?from=2026-01-10&to=2026-01-11';
  const ask = async (more = '') => (await askWeb(url, path + more, key)).json() as Answer;
  let answer = await ask();
  // A journal that has much to do is not looked at for longer than an answer may take.
  const isLookedAt = ({ data }: Answer): boolean => data.every(({ recoverable }) => recoverable !== null);
  await until(async () => isLookedAt((answer = await ask())) && answer.data.length === 2, 30_000);

  const { data, balance } = answer;
  const [from, to] = ['2026-01-10T12:02:59+01:00', '2026-01-10T12:08:00+01:00'];
  const told = data.map(({ meter, recoverable, missed_by, ...gap }) => [
    meter,
    gap.from,
    gap.to,
    recoverable,
    missed_by,
  ]);
  expect(told.toSorted()).toEqual([
    ['odd', from, to, true, []],
    ['silent', from, to, false, ['to-silent']],
  ]);
  expect(data.every((gap) => gap.import + gap.export > 0)).toBe(true);
  const sums = balance.map(({ meter, unaccounted }) => [meter, unaccounted]).toSorted();
  expect(sums).toEqual([
    ['odd', 0],
    ['odd-gas', 0],
    ['silent', 0],
    ['silent-gas', 0],
  ]);

  const first = await ask('&limit=1');
  expect([first.data.length, first.nextPage]).toEqual([1, expect.stringContaining('offset=1')]);
  const { headers } = await askWeb(url, `${path}&limit=1`, key);
  expect(headers['link']).toBe(`<${first.nextPage}>; rel="next"`);
  expect((await ask('&limit=1&offset=1&orderBy=desc')).nextPage).toBeNull();
});
