import { describe, expect, test } from 'vitest';
import { gasMeter, nextGasMeter } from '../../../src/reading/gas-meter.ts';
import { parseReading } from '../../../src/reading/reading.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const gasOf = (raw: Buffer): ReturnType<typeof gasMeter> => gasMeter(parseReading({ raw, receivedAt: new Date() }));
const channelOf = (...objects: string[]): number | undefined => gasOf(buildTelegram('/ISK5', objects))?.channel;

test.each([
  ['derived/nl-dsmr-5.0.2-recrc.txt', 1, '12785.123'],
  ['nl-dsmr-3.0.txt', 1, '0.000'],
  ['derived/be-emucs-2.1.1-1f-recrc.txt', 1, '112.384'],
  // Gas on channels 1 and 4, both alive, empty places for water on 2 and 3: the later installed.
  ['lu-smarty-1.1.3.txt', 4, '28.103'],
  // An old meter on channel 1, without a reading.
  ['field/ndokter__isk5-2m550t-1012_dsmr-5.0.txt', 2, '246.138'],
])('of %s it is the one on channel %i', (file, channel, value) => {
  expect(gasOf(fixture(file))).toMatchObject({ channel, value, unit: 'm3' });
});

test.each([
  ['a heat gateway', 'field/ndokter__nwa-warmtelink_dsmr-5.0.txt'],
  ['a gas meter that was never read', 'field/dsmr2lib__ene5-xs210-esmr-5-0_dsmr-5.0.txt'],
  ['a meter without an M-Bus', 'se-aidon-6560.txt'],
])('%s has none', (_, file) => {
  expect(gasOf(fixture(file))).toBeUndefined();
});

test('water is never gas, even where it is the newer one', () => {
  const gas = ['0-1:24.1.0(003)', '0-1:24.2.1(250101120000W)(5*m3)'];
  const water = ['0-2:24.1.0(007)', '0-2:24.2.1(250101130000W)(9*m3)'];
  expect(channelOf(...gas, ...water)).toBe(1);
  expect(channelOf(...water)).toBeUndefined();
});

test('a device without a type counts if no other gives m3', () => {
  expect(channelOf('0-1:24.2.1(250101120000W)(5*m3)')).toBe(1);
  expect(channelOf('0-1:24.2.1(250101120000W)(5*GJ)')).toBeUndefined();
  expect(channelOf('0-1:24.2.1(250101120000W)(5*m3)', '0-2:24.2.1(250101120000W)(5*m3)')).toBeUndefined();
});

test('one that gives no volume is none', () => {
  const energy = ['0-2:24.1.0(003)', '0-2:24.2.1(250101130000W)(9*kWh)'];
  expect(channelOf(...energy)).toBeUndefined();
  expect(channelOf('0-1:24.1.0(003)', '0-1:24.2.1(250101120000W)(5*m3)', ...energy)).toBe(1);
});

const gasOn = (channel: number, stamp: string, value: string, id = '4730'): string[] => [
  `0-${channel}:24.1.0(003)`,
  `0-${channel}:96.1.0(${id})`,
  `0-${channel}:24.2.1(${stamp}W)(${value}*m3)`,
];

test('the newer stamp wins', () => {
  expect(channelOf(...gasOn(1, '250101120000', '5'), ...gasOn(2, '241231120000', '9'))).toBe(1);
});

test('within an hour, a register that has moved wins', () => {
  expect(channelOf(...gasOn(1, '250101120000', '5'), ...gasOn(2, '250101123000', '0.000'))).toBe(1);
});

test('all else equal, the later installed wins', () => {
  expect(channelOf(...gasOn(1, '250101120000', '5'), ...gasOn(2, '250101123000', '3'))).toBe(2);
});

describe('by the clock of the meter', () => {
  const clock = '0-0:1.0.0(250108120000W)';

  test('the only one counts while it is late by days, but not once it is silent for a week', () => {
    expect(channelOf(clock, ...gasOn(1, '250101120000', '5'))).toBe(1);
    expect(channelOf(clock, ...gasOn(1, '250101115959', '5'))).toBeUndefined();
  });

  test('one whose time is to come gives way, and counts where it is the only one', () => {
    const ahead = gasOn(1, '260108110000', '5');
    expect(channelOf(clock, ...ahead, ...gasOn(2, '250108110000', '0.000', ''))).toBe(2);
    expect(channelOf(clock, ...ahead)).toBe(1);
  });

  test('one that is dead gives way to one that has no id', () => {
    expect(channelOf(clock, ...gasOn(1, '171231120000', '5'), ...gasOn(2, '250108110000', '0.1', ''))).toBe(2);
  });
});

test('without a clock, and not knowing when it was read, none is taken for dead', () => {
  expect(channelOf(...gasOn(1, '171231120000', '5'))).toBe(1);
});

test('a device without an id loses to one with it', () => {
  expect(channelOf(...gasOn(1, '250101120000', '5'), ...gasOn(2, '250101120000', '9', ''))).toBe(1);
});

describe('on a channel that a person named', () => {
  const onChannel = (channel: number, ...objects: string[]): string | undefined =>
    gasMeter(parseReading({ raw: buildTelegram('/ISK5', objects), receivedAt: new Date() }), { channel })?.value;
  const older = gasOn(1, '250101120000', '5');
  const newer = gasOn(2, '250101130001', '9');

  test('it is what is there, whatever else reports', () => {
    expect(channelOf(...older, ...newer)).toBe(2);
    expect(onChannel(1, ...older, ...newer)).toBe('5');
    expect(onChannel(3, ...older, ...newer)).toBeUndefined();
  });

  test('it may be of an unknown kind, but must give a volume that was read', () => {
    expect(onChannel(1, '0-1:24.1.0(015)', '0-1:24.2.1(250101120000W)(7*m3)')).toBe('7');
    expect(onChannel(1, '0-1:24.1.0(004)', '0-1:24.2.1(250101120000W)(7*GJ)')).toBeUndefined();
    expect(onChannel(1, '0-1:24.1.0(003)', '0-1:24.2.1(632525252525W)(00000.000)')).toBeUndefined();
  });

  test('a dead one is none there, too', () => {
    expect(onChannel(1, '0-0:1.0.0(250108120001W)', ...older)).toBeUndefined();
    expect(onChannel(1, '0-0:1.0.0(250108120000W)', ...older)).toBe('5');
  });
});

describe('of readings that follow one another', () => {
  /** The gas meters that are chosen, as `channel value`, one reading after the other. */
  function following(...readings: string[][]): string[] {
    let gas: ReturnType<typeof gasMeter>;
    return readings.map((objects) => {
      gas = nextGasMeter(gas, parseReading({ raw: buildTelegram('/ISK5', objects), receivedAt: new Date() }));
      return gas === undefined ? 'none' : `${gas.channel} ${gas.value}`;
    });
  }

  test('the first one remains while another reports by turns with it', () => {
    const one = (stamp: string, value: string): string[] => gasOn(1, stamp, value, '4731');
    const two = (stamp: string, value: string): string[] => gasOn(2, stamp, value, '4732');
    const first = [...one('250101120000', '5.0'), ...two('250101100000', '8.0')];
    const second = [...one('250101120000', '5.0'), ...two('250101140000', '8.1')];
    expect(channelOf(...second)).toBe(2);
    expect(following(first, second)).toEqual(['1 5.0', '1 5.0']);
  });

  test('one that is swapped gives way once it is a day behind, or gone', () => {
    const old = gasOn(1, '250101120000', '5.0', '4731');
    const later = (stamp: string): string[] => gasOn(2, stamp, '0.1', '4732');
    expect(following(old, [...old, ...later('250102120000')], [...old, ...later('250102120001')])).toEqual([
      '1 5.0',
      '1 5.0',
      '2 0.1',
    ]);
    expect(following(old, later('250101130000'))).toEqual(['1 5.0', '2 0.1']);
    expect(following(old, ['0-1:24.1.0(003)', '0-1:24.2.1(632525252525W)(00000.000)'], old)).toEqual([
      '1 5.0',
      'none',
      '1 5.0',
    ]);
  });

  test('one that falls silent for a week is none', () => {
    const at = (clock: string, stamp: string): string[] => [`0-0:1.0.0(${clock}W)`, ...gasOn(1, stamp, '5.0')];
    const silent = at('250108120001', '250101120000');
    expect(following(at('250101121000', '250101120000'), silent)).toEqual(['1 5.0', 'none']);
    expect(following(silent, at('250108121000', '250108120000'))).toEqual(['none', '1 5.0']);
  });

  test('one whose time is to come gives way to another', () => {
    const clock = '0-0:1.0.0(250108120000W)';
    const ahead = gasOn(1, '260108110000', '5', '4731');
    expect(following([clock, ...ahead], [clock, ...ahead, ...gasOn(2, '250108110000', '3', '4732')])).toEqual([
      '1 5',
      '2 3',
    ]);
  });

  test('one that moves to another channel stays the same', () => {
    const other = gasOn(4, '250101130000', '9.0', '4734');
    expect(
      following(gasOn(1, '250101120000', '5.0', '4731'), [...gasOn(2, '250101130000', '5.1', '4731'), ...other]),
    ).toEqual(['1 5.0', '2 5.1']);
  });

  test('a fall to zero is not believed for two hours', () => {
    const readings = ['021500', '025959', '031500', '041500'].map((time) =>
      gasOn(1, `250330${time}`, time === '021500' ? '5.0' : '0.0'),
    );
    expect(following(...readings)).toEqual(['1 5.0', '1 5.0', '1 5.0', '1 0.0']);
  });

  test('an older reading, as a replay brings it, is taken as it is', () => {
    expect(following(gasOn(1, '250330120000', '5.0'), gasOn(1, '240330120000', '0.0'))).toEqual(['1 5.0', '1 0.0']);
  });
});
