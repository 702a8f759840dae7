import { describe, expect, test } from 'vitest';
import { parseReading, type Reading } from '../../../src/reading/reading.ts';
import { fixture, manifest } from '../../support/telegrams.ts';

const read = (file: string, standardOffset = 60): Reading =>
  parseReading({ raw: fixture(file), receivedAt: new Date('2026-02-01T12:00:00Z') }, { standardOffset });

const FILES = [
  ...manifest('MANIFEST.tsv').map(({ file = '' }) => file),
  ...manifest('field/MANIFEST.tsv').map(({ file = '' }) => `field/${file}`),
].filter((file) => file.endsWith('.txt'));

/** References that no specification has: misprints and damage in telegrams whose checksum is wrong. */
const UNREAD: Readonly<Record<string, readonly string[]>> = {
  'field/athombv__dsmr-5.0-ene-3.txt': ['1-0:42.1.0'],
  // `1-3:0.2.8` across two lines.
  'field/homewizard-v1__isk5-2m550t-10111_p1-no-version-line.txt': ['3.0.2*8'],
};

test.each(FILES)('every object of %s has its field', (file) => {
  expect(read(file).unread.map(({ obis }) => obis)).toEqual(UNREAD[file] ?? []);
});

const quantity = (unit: string) => (value: string) => ({ value, unit });
const [kWh, kvarh] = [quantity('kWh'), quantity('kvarh')];
const [kW, kvar, kVA] = [quantity('kW'), quantity('kvar'), quantity('kVA')];
const [V, A, Hz] = [quantity('V'), quantity('A'), quantity('Hz')];
const number = (value: string): object => ({ value, unit: undefined });

// From the text of each telegram, by hand.
describe('all that a meter says', () => {
  test('in Belgium: peaks, limits, relays and a gas meter that does not convert', () => {
    const { meter, mbus } = read('derived/be-emucs-2.1.1-1f-recrc.txt');
    expect(meter).toEqual({
      emucsVersion: '50221',
      equipmentId: '1SAG1100000231',
      supplyPointEan: '541440012345678900',
      time: '2020-05-12T14:55:52+02:00',
      energyDelivered1: kWh('0.915'),
      energyDelivered2: kWh('1.955'),
      energyReturned1: kWh('0.000'),
      energyReturned2: kWh('0.030'),
      tariff: 1,
      demandDelivered: kW('2.351'),
      peakDelivered: { time: '2020-05-09T13:45:58+02:00', ...kW('2.589') },
      monthPeaks: [
        { monthEnd: '2020-03-01T00:00:00+02:00', time: '2020-02-10T03:54:21+01:00', ...kW('4.318') },
        { monthEnd: '2020-04-01T00:00:00+02:00', time: '2020-03-05T12:21:39+02:00', ...kW('5.980') },
        { monthEnd: '2020-05-01T00:00:00+02:00', time: '2020-04-23T19:25:38+02:00', ...kW('3.695') },
      ],
      powerDelivered: kW('0.000'),
      powerReturned: kW('0.000'),
      powerDeliveredL1: kW('0.000'),
      powerReturnedL1: kW('0.000'),
      voltageL1: V('234.6'),
      currentL1: A('0.00'),
      switchState: 1,
      limit: kW('99.999'),
      fuseLimitL1: A('999.99'),
      relay1State: 0,
      relay2State: 0,
      relay3State: 0,
      relay4State: 0,
    });
    expect(mbus).toEqual({
      1: {
        deviceType: 3,
        equipmentId: '7FLO2119033733',
        supplyPointEan: '541440012345678900',
        valveState: 1,
        registerUnconverted: { time: '2020-05-12T13:45:58+02:00', value: '112.384', unit: 'm3' },
      },
      2: {
        deviceType: 7,
        equipmentId: '8SAG1234567890',
        supplyPointEan: '541440012345678903',
        registerUnconverted: { time: '2020-05-12T13:45:58+02:00', value: '872.234', unit: 'm3' },
      },
    });
  });

  test('in Belgium, in the field: a month without data, and water in 24.2.1', () => {
    const { meter, mbus } = read('field/ndokter__flu5-253769484-a_emucs-50217-2.txt');
    expect(meter.monthPeaks).toEqual([
      { monthEnd: '2023-09-01T00:00:00+02:00', time: '2023-08-31T18:15:00+02:00', ...kW('1.862') },
      { monthEnd: '2023-10-01T00:00:00+02:00', time: '2023-09-10T18:30:00+02:00', ...kW('4.229') },
      { monthEnd: '2023-11-01T00:00:00+01:00', time: '2023-10-16T13:00:00+02:00', ...kW('4.927') },
    ]);
    expect(meter.peakDelivered).toEqual({ time: '2023-11-02T11:45:00+01:00', ...kW('3.064') });
    expect(meter.currentL2).toEqual(A('0.88'));
    expect(mbus[2]?.register).toEqual({ time: '2023-11-02T12:15:32+01:00', value: '8.579', unit: 'm3' });
  });

  test('in Luxembourg: reactive and apparent power, two limits and two relays', () => {
    const { meter } = read('lu-smarty-1.1.3.txt');
    const none = kW('0.000');
    const noReactive = kvar('0.000');
    expect(meter).toEqual({
      version: '42',
      time: '2020-07-06T10:41:57+02:00',
      logicalDeviceName: 'SAG1030790002574',
      energyDelivered: kWh('25.653'),
      energyReturned: kWh('0.040'),
      reactiveEnergyDelivered: kvarh('0.835'),
      reactiveEnergyReturned: kvarh('63.781'),
      powerDelivered: kW('0.005'),
      powerReturned: none,
      reactivePowerDelivered: noReactive,
      reactivePowerReturned: noReactive,
      limit: kVA('69.0'),
      apparentPowerDelivered: kVA('0.021'),
      apparentPowerReturned: kVA('0.000'),
      fuseLimits: { delivered: A('100'), returned: A('-63') },
      switchState: 1,
      relay1State: 0,
      relay2State: 0,
      powerFailures: 99,
      voltageSagsL1: 40,
      voltageSagsL2: 3,
      voltageSagsL3: 2,
      voltageSwellsL1: 0,
      voltageSwellsL2: 0,
      voltageSwellsL3: 0,
      voltageL1: V('233.0'),
      voltageL2: V('0.0'),
      voltageL3: V('1.0'),
      currentL1: A('0'),
      currentL2: A('0'),
      currentL3: A('0'),
      powerDeliveredL1: kW('0.005'),
      powerDeliveredL2: none,
      powerDeliveredL3: none,
      powerReturnedL1: none,
      powerReturnedL2: none,
      powerReturnedL3: none,
      reactivePowerDeliveredL1: noReactive,
      reactivePowerDeliveredL2: noReactive,
      reactivePowerDeliveredL3: noReactive,
      reactivePowerReturnedL1: noReactive,
      reactivePowerReturnedL2: noReactive,
      reactivePowerReturnedL3: noReactive,
    });
  });

  test('in Lithuania: four tariffs, averages, power factors, and the last sag', () => {
    const { meter } = read('lt-eso-maximum-3f.txt', 120);
    const [noPower, noReactive, noApparent] = [kW('0.000'), kvar('0.000'), kVA('0.000')];
    expect(meter).toEqual({
      time: '2024-02-14T10:17:35+02:00',
      energyDelivered: kWh('360.152'),
      energyDelivered1: kWh('232.998'),
      energyDelivered2: kWh('81.859'),
      energyDelivered3: kWh('9.963'),
      energyDelivered4: kWh('35.332'),
      energyReturned: kWh('7.295'),
      energyReturned1: kWh('3.245'),
      energyReturned2: kWh('4.050'),
      energyReturned3: kWh('0.000'),
      energyReturned4: kWh('0.000'),
      reactiveEnergyDelivered: kvarh('14.422'),
      reactiveEnergyDelivered1: kvarh('10.607'),
      reactiveEnergyDelivered2: kvarh('2.494'),
      reactiveEnergyDelivered3: kvarh('0.294'),
      reactiveEnergyDelivered4: kvarh('1.027'),
      reactiveEnergyReturned: kvarh('0.002'),
      reactiveEnergyReturned1: kvarh('0.002'),
      reactiveEnergyReturned2: kvarh('0.000'),
      reactiveEnergyReturned3: kvarh('0.000'),
      reactiveEnergyReturned4: kvarh('0.000'),
      powerDeliveredL1: noPower,
      powerDeliveredL2: noPower,
      powerDeliveredL3: noPower,
      powerReturnedL1: kW('0.024'),
      powerReturnedL2: noPower,
      powerReturnedL3: noPower,
      reactivePowerDeliveredL1: noReactive,
      reactivePowerDeliveredL2: noReactive,
      reactivePowerDeliveredL3: noReactive,
      reactivePowerReturnedL1: noReactive,
      reactivePowerReturnedL2: noReactive,
      reactivePowerReturnedL3: noReactive,
      voltageL1: V('234.7'),
      voltageL2: V('235.6'),
      voltageL3: V('234.0'),
      averageVoltageL1: V('234.6'),
      averageVoltageL2: V('234.8'),
      averageVoltageL3: V('233.9'),
      currentL1: A('0'),
      currentL2: A('0'),
      currentL3: A('0'),
      voltage: V('235.6'),
      current: A('0'),
      currentNeutral: A('0'),
      currentSum: A('0'),
      frequency: Hz('50.0'),
      powerDeliveredPlusReturned: kW('0.024'),
      apparentPowerDelivered: noApparent,
      apparentPowerDeliveredL1: noApparent,
      apparentPowerDeliveredL2: noApparent,
      apparentPowerDeliveredL3: noApparent,
      apparentPowerReturned: kVA('0.025'),
      apparentPowerReturnedL1: kVA('0.025'),
      apparentPowerReturnedL2: noApparent,
      apparentPowerReturnedL3: noApparent,
      averagePowerDelivered: noPower,
      averagePowerNet: kW('-0.024'),
      averagePowerDeliveredPlusReturned: kW('0.008'),
      powerFactor: number('-1.000'),
      powerFactorL1: number('-0.913'),
      powerFactorL2: number('1.000'),
      powerFactorL3: number('1.000'),
      powerFactorMinimum: number('0.000'),
      averagingPeriod: { value: '900', unit: 's' },
      demandDelivered: noPower,
      demandReturned: kW('0.024'),
      reactiveDemandDelivered: noReactive,
      reactiveDemandReturned: noReactive,
      apparentDemandDelivered: noApparent,
      apparentDemandReturned: kVA('0.024'),
      powerFailures: 39,
      sagDurationL1: { value: '3042', unit: 's' },
      sagDurationL2: { value: '3042', unit: 's' },
      sagDurationL3: { value: '3042', unit: 's' },
      sagVoltageL1: V('0'),
      sagVoltageL2: V('0'),
      sagVoltageL3: V('0'),
      swellDurationL1: { value: '0', unit: 's' },
      swellDurationL2: { value: '0', unit: 's' },
      swellDurationL3: { value: '0', unit: 's' },
      swellVoltageL1: V('0'),
      swellVoltageL2: V('0'),
      swellVoltageL3: V('0'),
      firmwareVersion: '02.21',
      firmwareSignature: '1EA43311',
      firmwareVersion2: '02.13',
      firmwareSignature2: '047C71F1',
      message: 'setP1_max_3ph',
      voltageSagsL1: 1,
      voltageSagsL2: 1,
      voltageSagsL3: 1,
      voltageSwellsL1: 0,
      voltageSwellsL2: 0,
      voltageSwellsL3: 0,
      equipmentId: '80043700621613125392642700336368',
    });
  });

  test('in Hungary: quadrants, a limit for each phase, and registers of the last month', () => {
    const { meter } = read('field/ndokter__sag5sag-meter_p1-no-version-line.txt');
    const { billing, ...now } = meter;
    expect(now).toEqual({
      time: '2023-07-24T15:07:30+02:00',
      logicalDeviceName: 'SAG3082200002160',
      equipmentId: '890082200002160',
      tariff: 1,
      switchState: 1,
      limit: kW('90.000'),
      energyDelivered: kWh('173.640'),
      energyDelivered1: kWh('47.719'),
      energyDelivered2: kWh('125.921'),
      energyDelivered3: kWh('0.000'),
      energyDelivered4: kWh('0.000'),
      energyReturned: kWh('627.177'),
      energyReturned1: kWh('401.829'),
      energyReturned2: kWh('225.348'),
      energyReturned3: kWh('0.000'),
      energyReturned4: kWh('0.000'),
      reactiveEnergyDelivered: kvarh('0.123'),
      reactiveEnergyReturned: kvarh('303.131'),
      reactiveEnergyQ1: kvarh('0.668'),
      reactiveEnergyQ2: kvarh('0.071'),
      reactiveEnergyQ3: kvarh('160.487'),
      reactiveEnergyQ4: kvarh('143.346'),
      energyDeliveredPlusReturned: kWh('800.817'),
      voltageL1: V('240.4'),
      voltageL2: V('239.1'),
      voltageL3: V('241.2'),
      currentL1: A('3'),
      currentL2: A('4'),
      currentL3: A('3'),
      powerFactor: number('4.556'),
      powerFactorL1: number('4.591'),
      powerFactorL2: number('4.542'),
      powerFactorL3: number('4.552'),
      frequency: Hz('50.00'),
      powerDelivered: kW('0.000'),
      powerReturned: kW('2.601'),
      reactivePowerQ1: kvar('0.000'),
      reactivePowerQ2: kvar('0.000'),
      reactivePowerQ3: kvar('0.504'),
      reactivePowerQ4: kvar('0.000'),
      fuseLimitL1: A('200.00'),
      fuseLimitL2: A('200.00'),
      fuseLimitL3: A('200.00'),
    });
    expect(billing).toHaveLength(1);
    expect(billing?.[0]).toMatchObject({
      time: '2023-07-01T00:00:00+02:00',
      registers: { energyDelivered: kWh('40.777'), energyReturned2: kWh('31.086'), peakReturned2: kW('3.400') },
    });
  });

  test('in the Netherlands, where a log is printed newest first, and another meter has none', () => {
    const { powerFailureLog } = read('field/dsmr2lib__ene5-xs210-esmr-5-0_dsmr-5.0.txt').meter;
    expect(powerFailureLog).toHaveLength(10);
    expect(powerFailureLog?.[0]).toEqual({
      start: '2019-04-28T16:28:25+02:00',
      end: '2019-04-30T14:26:38+02:00',
      seconds: '165493',
    });
    expect(powerFailureLog?.at(-1)?.end).toBe('2019-05-08T09:43:03+02:00');
    expect(read('field/athombv__dsmr-5.0-ene-3.txt').meter.powerFailureLog).toEqual([]);
    expect(read('field/athombv__dsmr-4.2-kfm-1.txt').meter.powerFailureLog).toEqual([
      { start: null, end: null, seconds: '2147483647' },
    ]);
  });
});
