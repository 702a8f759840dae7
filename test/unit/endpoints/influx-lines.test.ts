import { expect, test } from 'vitest';
import { openLineWriter } from '../../../src/endpoints/influx-lines.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const RECEIVED = new Date('2026-01-15T11:00:01.900Z');

function letterOf(raw: Buffer, source = 'house'): Letter {
  return { seq: 1, telegram: { source, receivedAt: RECEIVED, checksum: 'valid', raw } };
}

async function linesOf(letters: readonly Letter[], tags: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const writer = await openLineWriter({ tags, meters: new Map() });
  return writer.linesOf(letters).text.split('\n');
}

/** The example of DSMR P1 Companion Standard 5.0.2: 9 December 2010, 11:30:20 in winter; its gas meter was read at 11:25. */
const NL = letterOf(fixture('derived/nl-dsmr-5.0.2-recrc.txt'));
const NL_AT = Date.parse('2010-12-09T11:30:20+01:00') / 1_000;
const NL_GAS_AT = Date.parse('2010-12-09T11:25:00+01:00') / 1_000;

test('what a meter says becomes a line for the whole of it, one a phase, and one for its gas at its own time', async () => {
  expect(await linesOf([NL])).toEqual([
    'p1_electricity,meter=house export_t1=123456.789,export_t2=123456.789,export_total=246913.578,failures_long=2i,' +
      'failures_short=4i,import_t1=123456.789,import_t2=123456.789,import_total=246913.578,power=1193i,power_export=0i,' +
      `power_import=1193i,tariff=2i ${NL_AT}`,
    `p1_phase,meter=house,phase=l1 current=1,power=-3333i,power_export=4444i,power_import=1111i,sag=2i,swell=0i,voltage=220.1 ${NL_AT}`,
    `p1_phase,meter=house,phase=l2 current=2,power=-3333i,power_export=5555i,power_import=2222i,sag=1i,swell=3i,voltage=220.2 ${NL_AT}`,
    `p1_phase,meter=house,phase=l3 current=3,power=-3333i,power_export=6666i,power_import=3333i,sag=0i,swell=0i,voltage=220.3 ${NL_AT}`,
    `p1_volume,medium=gas,meter=house total=12785.123 ${NL_GAS_AT}`,
  ]);
});

test('tags of the user stand on each line, sorted and escaped', async () => {
  const lines = await linesOf([NL], { site: 'my home, left', country: 'NL' });
  expect(lines).toHaveLength(5);
  for (const line of lines) expect(line).toMatch(/,meter=house,(phase=l\d,)?site=my\\ home\\,\\ left /);
  for (const line of lines) expect(line).toMatch(/^p1_\w+,country=NL,/);
});

test('a device is written once a change, and only what was taken counts as written', async () => {
  const writer = await openLineWriter({ tags: {}, meters: new Map() });
  const gasLines = (text: string): number => text.split('\n').filter((line) => line.startsWith('p1_volume')).length;
  const first = writer.linesOf([NL, NL]);
  expect(gasLines(first.text)).toBe(1);
  // Nobody took it: it comes again.
  const second = writer.linesOf([NL]);
  expect(gasLines(second.text)).toBe(1);
  second.written();
  expect(gasLines(writer.linesOf([NL]).text)).toBe(0);
  const later = letterOf(
    buildTelegram('/ISK5\\2MT382-1000', [
      '0-0:1.0.0(101209113520W)',
      '0-1:24.1.0(003)',
      '0-1:24.2.1(101209113000W)(12785.123*m3)',
    ]),
  );
  expect(writer.linesOf([later]).text).toBe(
    `p1_volume,medium=gas,meter=house total=12785.123 ${Date.parse('2010-12-09T11:30:00+01:00') / 1_000}`,
  );
});

test('each meter has lines and devices of its own', async () => {
  const writer = await openLineWriter({ tags: {}, meters: new Map() });
  const { text } = writer.linesOf([NL, letterOf(NL.telegram.raw, 'barn')]);
  expect(text.match(/p1_volume,medium=gas,meter=(house|barn) /g)).toEqual([
    'p1_volume,medium=gas,meter=house ',
    'p1_volume,medium=gas,meter=barn ',
  ]);
});

test('a meter without a clock has the time at which its telegram was received, in whole seconds', async () => {
  const raw = buildTelegram('/KMP5 KA6U001660297912', ['1-0:1.8.1(00185.000*kWh)', '1-0:1.7.0(0000.98*kW)']);
  expect(await linesOf([letterOf(raw)])).toEqual([
    `p1_electricity,meter=house import_t1=185,import_total=185,power=980i,power_import=980i ${Date.parse('2026-01-15T11:00:01Z') / 1_000}`,
  ]);
});

test('a device whose clock cannot be right has the time of its telegram', async () => {
  const raw = buildTelegram('/ISK5\\2MT382-1000', [
    '0-0:1.0.0(260115120000W)',
    '0-1:24.1.0(003)',
    '0-1:24.2.1(000101000000W)(00001.000*m3)',
    '0-2:24.1.0(007)',
    '0-2:24.2.1(260117120000W)(00002.000*m3)',
  ]);
  const at = Date.parse('2026-01-15T12:00:00+01:00') / 1_000;
  for (const line of await linesOf([letterOf(raw)])) expect(line).toMatch(new RegExp(` ${at}$`));
});

test('a telegram that says nothing with a place is no line at all', async () => {
  const writer = await openLineWriter({ tags: {}, meters: new Map() });
  expect(writer.linesOf([letterOf(buildTelegram('/ISK5\\2MT382-1000', ['0-0:96.13.0(48656C6C6F)']))]).text).toBe('');
});
