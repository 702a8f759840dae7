import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../../support/service.ts';
import { buildTelegram } from '../../support/telegrams.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

/** A telegram each ten seconds of ten minutes: 3,600 W for five of them, 1,200 W for the others. */
const TELEGRAMS = 61;
const BUSY = 30;

function capture(limit: string): Buffer {
  let wh = 1_000_000;
  const telegrams = Array.from({ length: TELEGRAMS }, (_, index) => {
    const watts = index <= BUSY ? 3_600 : 1_200;
    if (index > 0) wh += watts / 360;
    const second = 10 * index;
    const clock = [Math.floor(second / 60), second % 60].map((part) => String(part).padStart(2, '0')).join('');
    // Rounded down, as a meter does.
    const [register, power] = [Math.floor(wh), watts].map((value) => (value / 1_000).toFixed(3));
    return buildTelegram('/ISK5\\2M550T-1012', [
      '1-3:0.2.8(50)',
      `0-0:1.0.0(26011512${clock}W)`,
      `1-0:1.8.1(${register!.padStart(10, '0')}*kWh)`,
      `1-0:1.7.0(${power!.padStart(6, '0')}*kW)`,
      `0-0:17.0.0(${limit}*kW)`,
    ]);
  });
  return Buffer.concat(telegrams);
}

interface Row {
  readonly ts_time: string;
  readonly import_wh: number;
  readonly capacity_w: number | null;
  readonly excess_wh: number | null;
}

test('what may flow is told, how much of it did, and what was above; a limiter of all nines is none', async ({
  scene,
}) => {
  const folder = await scene.folder();
  const sources = [
    ['home', '003.0'],
    ['annex', '999.9'],
  ].map(([name, limit]) => {
    const path = join(folder, name!);
    writeFileSync(path, capture(limit!));
    return { type: 'file', name, path };
  });
  const service = await scene.service({ config: { sources, endpoints: [], http: HTTP } });
  const url = await webUrl(service);
  const key = bearer(addKey(service.stateDir, 'reader', ['usage:read']));
  const ask = async (path: string) => (await askWeb(url, path, key)).json();
  const records = async (meter: string) => {
    const rows = (await ask(`/edge/v1/records?meter=${meter}`)) as Row[];
    return rows.map(({ ts_time, import_wh, capacity_w, excess_wh }) => [ts_time, import_wh, capacity_w, excess_wh]);
  };
  await until(async () => (await records('home')).length === 11 && (await records('annex')).length === 11, 20_000);

  // 3,000 W are 50 Wh a minute, 3,600 W are 60, and 1,200 W are 20.
  const home = await records('home');
  expect(home[1]).toEqual(['12:01:00', 60, 3_000, 10]);
  expect(home.at(-1)).toEqual(['12:10:00', 20, 3_000, 0]);
  expect((await records('annex'))[1]).toEqual(['12:01:00', 60, null, null]);

  const points = async (meter: string) =>
    (
      (await ask(
        `/edge/v1/usage?from=2026-01-15T12:00:00&to=2026-01-15T12:10:00&resolution=minutes&meter=${meter}`,
      )) as { data: Record<string, unknown>[] }
    ).data.map(({ level, capacity, usage_percent }) => [level, capacity, usage_percent]);
  expect((await points('home'))[0]).toEqual([3_600, 3_000, 120]);
  expect((await points('home')).at(-1)).toEqual([1_200, 3_000, 40]);
  expect((await points('annex'))[0]).toEqual([3_600, null, null]);
});
