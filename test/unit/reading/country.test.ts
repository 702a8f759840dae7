import { expect, test } from 'vitest';
import { countryOf, siteOf } from '../../../src/reading/country.ts';
import { tariffMeaning } from '../../../src/reading/tariff.ts';
import { parseCosem } from '../../../src/telegram/cosem.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

test.each([
  ['nl-dsmr-3.0.txt', 'NL'],
  ['derived/nl-dsmr-5.0.2-recrc.txt', 'NL'],
  ['derived/synth-dsmr22.txt', 'NL'],
  ['derived/be-emucs-2.1.1-3f-recrc.txt', 'BE'],
  ['field/mrwhammy__flu5-253769484-a_emucs-50213.txt', 'BE'],
  ['lu-smarty-1.1.3.txt', 'LU'],
  ['se-aidon-6560.txt', 'SE'],
  ['se-hanporten-ellevio.txt', 'SE'],
  ['lt-eso-extended-3f.txt', 'LT'],
  ['lt-eso-maximum-3f.txt', 'LT'],
  ['field/ndokter__sag5sag-meter_p1-no-version-line.txt', 'HU'],
])('%s is of %s', (file, country) => {
  expect(countryOf(parseCosem(fixture(file)))).toBe(country);
});

test.each([
  ['/GRE5\\\\XT211', ['0-0:96.1.4(50217)', '1-1:1.8.1(1*kWh)'], 'CH'],
  ['/EST5\\253710000_A', ['1-3:0.2.8(50)', '0-0:42.0.0(41)', '1-0:1.8.0(3777*Wh)'], 'AT'],
  ['/SAG5\\253694471_M', ['0-0:42.0.0(41)', '1-0:1.8.0(1*kWh)'], 'LU'],
  ['/HLY5/D545-METER', ['1-0:1.8.0(1*kWh)'], 'HU'],
  ['/LGF5E360', ['1-0:1.8.0(1*kWh)'], 'SE'],
  ['/LGF5E360', ['1-3:0.2.8(50)', '0-0:96.1.1(41)'], 'NL'],
  ['/ISk5\\2MT382-1003', ['0-0:42.0.0(41)', '1-0:1.8.1(1*kWh)'], 'NL'],
  ['/KFM5KAIFA-METER', ['1-3:0.2.8(40)', '1-0:1.8.11(1*kWh)'], 'IL'],
  ['/ESY5Q3DA1004 V3.04', ['1-0:1.8.0*255(1*kWh)', '0-0:96.1.255*255(1)'], 'DE'],
  ['/XYZ5', ['0-0:96.13.0(73657450315F6D61785F337068)'], 'LT'],
  ['/XYZ5', ['1-0:1.8.0(1*kWh)'], undefined],
  ['/XYZ5', [], undefined],
])('a telegram of %s with %j is of %s', (header, objects, country) => {
  expect(countryOf(parseCosem(buildTelegram(header, objects)))).toBe(country);
});

test.each([
  ['NL', 1, 'low'],
  ['NL', 2, 'normal'],
  ['BE', 1, 'day'],
  ['BE', 2, 'night'],
  ['LT', 1, 'day'],
  ['LT', 2, 'night'],
  ['LT', 3, undefined],
  ['NL', 0, undefined],
  ['HU', 1, undefined],
  ['CH', 1, undefined],
  ['AT', 2, undefined],
  [undefined, 1, undefined],
] as const)('in %s tariff %i is %s', (country, tariff, meaning) => {
  expect(tariffMeaning(country, tariff)).toBe(meaning);
});

test('the clocks of Lithuania and Israel are two hours east of UTC, all others one', () => {
  expect((['LT', 'IL', 'SE', 'NL', undefined] as const).map((country) => siteOf(country).standardOffset)).toEqual([
    120, 120, 60, 60, 60,
  ]);
});
