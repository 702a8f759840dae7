import { expect, test } from 'vitest';
import { Live } from '../../../src/web/live.ts';
import type { OfficeLine } from '../../../src/web/office/line.ts';
import { meterMetrics } from '../../../src/web/metrics/meter-metrics.ts';
import { fixture } from '../../support/telegrams.ts';

/** The main thread, which has one telegram. */
function officeWith(raw: Buffer): OfficeLine {
  const newest = [{ source: 'home', count: 1, receivedAt: new Date(), raw: Uint8Array.from(raw) }];
  return { ask: async () => Promise.resolve(newest) } as unknown as OfficeLine;
}

test.each([
  ['field/nielsbasjes-OnRealDSMR2__kmp5-ka6u001660297912_dsmr-2.2-3.0.txt', 'KMP5 KA6U', 'KMP', 'KA6U'],
  ['field/dsmrrs__isk5-2m550t-1013_dsmr-5.0.txt', 'ISK5\\2M550T-1013', 'ISK', '2M550T-1013'],
])('the number that some meters print behind their model is nowhere: %s', async (name, header, manufacturer, model) => {
  const live = new Live(officeWith(fixture(name)), [
    { name: 'home', type: 'serial', timeZone: 'Europe/Amsterdam', gasChannel: undefined },
  ]);
  const newest = await live.newest();
  expect(newest.map((one) => one.header)).toEqual([header]);
  const [info] = meterMetrics(newest).find((metric) => metric.name === 'p1_meter_info')!.samples;
  expect(info!.labels).toMatchObject({ manufacturer, model });
});
