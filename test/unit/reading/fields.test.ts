import { describe, expect, test } from 'vitest';
import type { Field } from '../../../src/reading/field.ts';
import { MBUS_FIELDS, METER_FIELDS, SUBJECTS, type MbusValues, type MeterValues } from '../../../src/reading/fields.ts';
import { parseReading, type Reading } from '../../../src/reading/reading.ts';
import { buildTelegram } from '../../support/telegrams.ts';

const receivedAt = new Date('2026-02-01T12:00:00Z');
const read = (line: string): Reading => parseReading({ raw: buildTelegram('/ISK5', [line]), receivedAt });

/** A quantity as its number and unit; anything else as it is. */
function said(value: unknown): unknown {
  const { value: digits, unit, time } = (value ?? {}) as Record<string, unknown>;
  return digits === undefined || time !== undefined ? value : [digits, unit].filter(Boolean).join(' ');
}

/** A line for each field, and what it says: the lines of specifications and samples where there are any. */
// prettier-ignore
const METER_LINES: readonly (readonly [line: string, name: keyof MeterValues, value: unknown])[] = [
  ['1-3:0.2.8(50)', 'version', '50'],
  ['0-0:96.1.4(50217)', 'emucsVersion', '50217'],
  ['0-0:96.1.4(3231313130)', 'emucsVersion', '21110'],
  ['0-0:1.0.0(101209113020W)', 'time', '2010-12-09T11:30:20+01:00'],
  ['0-0:1.0.0(07E8061C050A2B2B00FF8880)', 'time', '2024-06-28T10:43:43+02:00'],
  ['0-0:96.1.1(4B384547303034303436333935353037)', 'equipmentId', 'K8EG004046395507'],
  ['0-0:96.1.0(383930303832323030303032313630)', 'equipmentId', '890082200002160'],
  ['0-0:42.0.0(53414731303330373930303032353734)', 'logicalDeviceName', 'SAG1030790002574'],
  ['0-0:0.0.0(000000012345)', 'deviceAddress', '000000012345'],
  ['1-0:0.0.0*255(60327685)', 'deviceAddress', '60327685'],
  ['0-0:96.1.255*255(1ESY1160327685)', 'serialNumber', '1ESY1160327685'],
  ['0-0:96.1.2(353431343430303132333435363738393030)', 'supplyPointEan', '541440012345678900'],
  ['1-0:96.5.5*255(82)', 'status', '82'],
  ['0-0:96.14.0(0002)', 'tariff', 2],
  ['0-0:96.14.0(5431)', 'tariff', 1],
  ['0-0:96.14.0(T2)', 'tariff', 2],
  ['0-0:96.14.1(03)', 'tariffTimeOfUse', 3],
  ['1-0:0.2.0(02.21)', 'firmwareVersion', '02.21'],
  ['1-0:0.2.8(1EA43311)', 'firmwareSignature', '1EA43311'],
  ['1-1:0.2.0(02.13)', 'firmwareVersion2', '02.13'],
  ['1-1:0.2.8(047C71F1)', 'firmwareSignature2', '047C71F1'],
  ['1-0:94.32.1(400)', 'nominalVoltage', '400 V'],
  ['1-0:0.4.2(995)', 'currentRatio', '995'],
  ['1-0:0.4.3(000.01)', 'voltageRatio', '0.01'],

  ['1-0:1.8.0(00006678.394*kWh)', 'energyDelivered', '6678.394 kWh'],
  ['1-0:1.8.0*255(00000000.6400000*kWh)', 'energyDelivered', '0.6400000 kWh'],
  ['1-0:1.8.1(000671.578*kWh)', 'energyDelivered1', '671.578 kWh'],
  ['1-1:1.8.1(000671.578*kWh)', 'energyDelivered1', '671.578 kWh'],
  ['1-0:1.8.2(000842.472*kWh)', 'energyDelivered2', '842.472 kWh'],
  ['1-1:1.8.2(000842.472*kWh)', 'energyDelivered2', '842.472 kWh'],
  ['1-0:1.8.3(000009.963*kWh)', 'energyDelivered3', '9.963 kWh'],
  ['1-0:1.8.4(000035.332*kWh)', 'energyDelivered4', '35.332 kWh'],
  ['1-0:1.8.5(000001.000*kWh)', 'energyDelivered5', '1.000 kWh'],
  ['1-0:1.8.11(007132.419*kWh)', 'energyDelivered11', '7132.419 kWh'],
  ['1-0:1.8.12(000155.482*kWh)', 'energyDelivered12', '155.482 kWh'],
  ['1-0:1.8.13(025605.254*kWh)', 'energyDelivered13', '25605.254 kWh'],
  ['1-0:2.8.0(000007.296*kWh)', 'energyReturned', '7.296 kWh'],
  ['1-0:2.8.1(000003.245*kWh)', 'energyReturned1', '3.245 kWh'],
  ['1-1:2.8.1(000003.245*kWh)', 'energyReturned1', '3.245 kWh'],
  ['1-0:2.8.2(000004.050*kWh)', 'energyReturned2', '4.050 kWh'],
  ['1-1:2.8.2(000004.050*kWh)', 'energyReturned2', '4.050 kWh'],
  ['1-0:2.8.3(000000.001*kWh)', 'energyReturned3', '0.001 kWh'],
  ['1-0:2.8.4(000000.002*kWh)', 'energyReturned4', '0.002 kWh'],
  ['1-0:2.8.11(000000.003*kWh)', 'energyReturned11', '0.003 kWh'],
  ['1-0:2.8.12(000000.004*kWh)', 'energyReturned12', '0.004 kWh'],
  ['1-0:2.8.13(000000.005*kWh)', 'energyReturned13', '0.005 kWh'],
  ['1-0:15.8.0(000800.817*kWh)', 'energyDeliveredPlusReturned', '800.817 kWh'],
  ['1-0:3.8.0(12345678.123*kVArh)', 'reactiveEnergyDelivered', '12345678.123 kvarh'],
  ['1-0:3.8.1(000010.607*kvarh)', 'reactiveEnergyDelivered1', '10.607 kvarh'],
  ['1-0:3.8.2(000002.494*kvarh)', 'reactiveEnergyDelivered2', '2.494 kvarh'],
  ['1-0:3.8.3(000000.294*kvarh)', 'reactiveEnergyDelivered3', '0.294 kvarh'],
  ['1-0:3.8.4(000001.027*kvarh)', 'reactiveEnergyDelivered4', '1.027 kvarh'],
  ['1-0:4.8.0(000000.002*kVarh)', 'reactiveEnergyReturned', '0.002 kvarh'],
  ['1-0:4.8.1(000000.002*kvarh)', 'reactiveEnergyReturned1', '0.002 kvarh'],
  ['1-0:4.8.2(000000.003*kvarh)', 'reactiveEnergyReturned2', '0.003 kvarh'],
  ['1-0:4.8.3(000000.004*kvarh)', 'reactiveEnergyReturned3', '0.004 kvarh'],
  ['1-0:4.8.4(000000.005*kvarh)', 'reactiveEnergyReturned4', '0.005 kvarh'],
  ['1-0:5.8.0(000000.668*kvarh)', 'reactiveEnergyQ1', '0.668 kvarh'],
  ['1-0:6.8.0(000000.071*kvarh)', 'reactiveEnergyQ2', '0.071 kvarh'],
  ['1-0:7.8.0(000160.487*kvarh)', 'reactiveEnergyQ3', '160.487 kvarh'],
  ['1-0:8.8.0(000143.346*kvarh)', 'reactiveEnergyQ4', '143.346 kvarh'],

  ['1-0:1.7.0(01.193*kW)', 'powerDelivered', '1.193 kW'],
  ['1-0:1.7.255*255(000247.37)', 'powerDelivered', '247.37 kW'],
  ['1-0:2.7.0(0001.869*kW)', 'powerReturned', '1.869 kW'],
  ['1-0:15.7.0(00.024*kW)', 'powerDeliveredPlusReturned', '0.024 kW'],
  ['1-0:3.7.0(1234.123*kVAr)', 'reactivePowerDelivered', '1234.123 kvar'],
  ['1-0:4.7.0(0000.309*kvar)', 'reactivePowerReturned', '0.309 kvar'],
  ['1-0:5.7.0(00.001*kvar)', 'reactivePowerQ1', '0.001 kvar'],
  ['1-0:6.7.0(00.002*kvar)', 'reactivePowerQ2', '0.002 kvar'],
  ['1-0:7.7.0(00.504*kvar)', 'reactivePowerQ3', '0.504 kvar'],
  ['1-0:8.7.0(00.003*kvar)', 'reactivePowerQ4', '0.003 kvar'],
  ['1-0:9.7.0(00.021*kVA)', 'apparentPowerDelivered', '0.021 kVA'],
  ['1-0:10.7.0(00.025*kVA)', 'apparentPowerReturned', '0.025 kVA'],
  ['1-0:1.24.0(00.001*kW)', 'averagePowerDelivered', '0.001 kW'],
  ['1-0:15.24.0(00.008*kW)', 'averagePowerDeliveredPlusReturned', '0.008 kW'],
  ['1-0:16.24.0(-00.024*kW)', 'averagePowerNet', '-0.024 kW'],
  ['1-0:0.8.2(00900*s)', 'averagingPeriod', '900 s'],
  ['1-0:13.7.0(-1.000)', 'powerFactor', '-1.000'],
  ['1-0:13.3.0(0.100)', 'powerFactorMinimum', '0.100'],
  ['1-0:14.7.0(49.0*Hz)', 'frequency', '49.0 Hz'],
  ['1-0:11.7.0(001*A)', 'current', '1 A'],
  ['1-0:90.7.0(002*A)', 'currentSum', '2 A'],
  ['1-0:91.7.0(003*A)', 'currentNeutral', '3 A'],
  ['1-0:12.7.0(235.6*V)', 'voltage', '235.6 V'],

  ['1-0:21.7.0(01.111*kW)', 'powerDeliveredL1', '1.111 kW'],
  ['1-0:41.7.0(02.222*kW)', 'powerDeliveredL2', '2.222 kW'],
  ['1-0:61.7.0(03.333*kW)', 'powerDeliveredL3', '3.333 kW'],
  ['1-0:21.7.0.255(01.111*kW)', 'powerDeliveredL1', '1.111 kW'],
  ['1-0:21.7.255*255(01.111*kW)', 'powerDeliveredL1', '1.111 kW'],
  ['1-0:41.7.255*255(02.222*kW)', 'powerDeliveredL2', '2.222 kW'],
  ['1-0:61.7.255*255(03.333*kW)', 'powerDeliveredL3', '3.333 kW'],
  ['1-0:22.7.0(04.444*kW)', 'powerReturnedL1', '4.444 kW'],
  ['1-0:42.7.0(05.555*kW)', 'powerReturnedL2', '5.555 kW'],
  ['1-0:62.7.0(06.666*kW)', 'powerReturnedL3', '6.666 kW'],
  ['1-0:23.7.0(0000.001*kvar)', 'reactivePowerDeliveredL1', '0.001 kvar'],
  ['1-0:43.7.0(0000.002*kvar)', 'reactivePowerDeliveredL2', '0.002 kvar'],
  ['1-0:63.7.0(0000.003*kvar)', 'reactivePowerDeliveredL3', '0.003 kvar'],
  ['1-0:24.7.0(0000.009*kvar)', 'reactivePowerReturnedL1', '0.009 kvar'],
  ['1-0:44.7.0(0000.161*kvar)', 'reactivePowerReturnedL2', '0.161 kvar'],
  ['1-0:64.7.0(0000.138*kvar)', 'reactivePowerReturnedL3', '0.138 kvar'],
  ['1-0:29.7.0(00.001*kVA)', 'apparentPowerDeliveredL1', '0.001 kVA'],
  ['1-0:49.7.0(00.002*kVA)', 'apparentPowerDeliveredL2', '0.002 kVA'],
  ['1-0:69.7.0(00.003*kVA)', 'apparentPowerDeliveredL3', '0.003 kVA'],
  ['1-0:30.7.0(00.025*kVA)', 'apparentPowerReturnedL1', '0.025 kVA'],
  ['1-0:50.7.0(00.026*kVA)', 'apparentPowerReturnedL2', '0.026 kVA'],
  ['1-0:70.7.0(00.027*kVA)', 'apparentPowerReturnedL3', '0.027 kVA'],
  ['1-0:32.7.0(220.1*V)', 'voltageL1', '220.1 V'],
  ['1-0:52.7.0(220.2*V)', 'voltageL2', '220.2 V'],
  ['1-0:72.7.0(220.3*V)', 'voltageL3', '220.3 V'],
  ['1-0:32.24.0(234.6*V)', 'averageVoltageL1', '234.6 V'],
  ['1-0:52.24.0(234.8*V)', 'averageVoltageL2', '234.8 V'],
  ['1-0:72.24.0(233.9*V)', 'averageVoltageL3', '233.9 V'],
  ['1-0:31.7.0(003.27*A)', 'currentL1', '3.27 A'],
  ['1-0:51.7.0(002*A)', 'currentL2', '2 A'],
  ['1-0:71.7.0(004.2*A)', 'currentL3', '4.2 A'],
  ['1-0:33.7.0(-0.910)', 'powerFactorL1', '-0.910'],
  ['1-0:53.7.0(1.000)', 'powerFactorL2', '1.000'],
  ['1-0:73.7.0(4.552)', 'powerFactorL3', '4.552'],

  ['0-0:96.7.21(00004)', 'powerFailures', 4],
  ['0-0:96.7.9(00002)', 'longPowerFailures', 2],
  ['1-0:99.97.0(1)(0-0:96.7.19)(180529135630S)(0000002451*s)', 'powerFailureLog', [{ start: '2018-05-29T13:15:39+02:00', end: '2018-05-29T13:56:30+02:00', seconds: '2451' }]],
  ['1-0:32.32.0(00002)', 'voltageSagsL1', 2],
  ['1-0:52.32.0(00001)', 'voltageSagsL2', 1],
  ['1-0:72:32.0(00003)', 'voltageSagsL3', 3],
  ['0-0:32.32.0(00002)', 'voltageSagsL1', 2],
  ['0-0:52.32.0(00001)', 'voltageSagsL2', 1],
  ['0-0:72.32.0(00003)', 'voltageSagsL3', 3],
  ['1-0:32.36.0(00004)', 'voltageSwellsL1', 4],
  ['1-0:52.36.0(00005)', 'voltageSwellsL2', 5],
  ['1-0:72.36.0(00006)', 'voltageSwellsL3', 6],
  ['0-0:32.36.0(00004)', 'voltageSwellsL1', 4],
  ['0-0:52.36.0(00005)', 'voltageSwellsL2', 5],
  ['0-0:72.36.0(00006)', 'voltageSwellsL3', 6],
  ['1-0:32.33.0(03042*s)', 'sagDurationL1', '3042 s'],
  ['1-0:52.33.0(03043*s)', 'sagDurationL2', '3043 s'],
  ['1-0:72.33.0(03044*s)', 'sagDurationL3', '3044 s'],
  ['1-0:32.34.0(0201*V)', 'sagVoltageL1', '201 V'],
  ['1-0:52.34.0(0202*V)', 'sagVoltageL2', '202 V'],
  ['1-0:72.34.0(0203*V)', 'sagVoltageL3', '203 V'],
  ['1-0:32.37.0(00001*s)', 'swellDurationL1', '1 s'],
  ['1-0:52.37.0(00002*s)', 'swellDurationL2', '2 s'],
  ['1-0:72.37.0(00003*s)', 'swellDurationL3', '3 s'],
  ['1-0:32.38.0(254*V)', 'swellVoltageL1', '254 V'],
  ['1-0:52.38.0(255*V)', 'swellVoltageL2', '255 V'],
  ['1-0:72.38.0(256*V)', 'swellVoltageL3', '256 V'],

  ['0-0:17.0.0(069.0*kVA)', 'limit', '69.0 kVA'],
  ['0-0:17.0.0(016*A)', 'limit', '16 A'],
  ['0-0:17.0.0(99.999*kW)', 'limit', '99.999 kW'],
  ['1-1:31.4.0(100*A)(-063*A)', 'fuseLimits', { delivered: { value: '100', unit: 'A' }, returned: { value: '-63', unit: 'A' } }],
  ['1-1:34.4.0(100*A)(-063*A)', 'fuseLimits', { delivered: { value: '100', unit: 'A' }, returned: { value: '-63', unit: 'A' } }],
  ['1-0:31.4.0(100.0*A,-100.0*A)', 'fuseLimits', { delivered: { value: '100.0', unit: 'A' }, returned: { value: '-100.0', unit: 'A' } }],
  ['1-0:31.4.0(999.99*A)', 'fuseLimitL1', '999.99 A'],
  ['1-0:51.4.0(200.00*A)', 'fuseLimitL2', '200.00 A'],
  ['1-0:71.4.0(200.00*A)', 'fuseLimitL3', '200.00 A'],
  ['0-0:96.3.10(1)', 'switchState', 1],
  ['0-0:24.4.0(2)', 'switchState', 2],
  ['0-1:96.3.10(1)', 'relay1State', 1],
  ['0-2:96.3.10(0)', 'relay2State', 0],
  ['0-3:96.3.10(1)', 'relay3State', 1],
  ['0-4:96.3.10(0)', 'relay4State', 0],

  ['1-0:1.4.0(02.351*kW)', 'demandDelivered', '2.351 kW'],
  ['1-0:2.4.0(000000.024*kW)', 'demandReturned', '0.024 kW'],
  ['1-0:3.4.0(000000.001*kvar)', 'reactiveDemandDelivered', '0.001 kvar'],
  ['1-0:4.4.0(000000.002*kvar)', 'reactiveDemandReturned', '0.002 kvar'],
  ['1-0:9.4.0(000000.003*kVA)', 'apparentDemandDelivered', '0.003 kVA'],
  ['1-0:10.4.0(000000.024*kVA)', 'apparentDemandReturned', '0.024 kVA'],
  ['1-0:1.6.0(200509134558S)(02.589*kW)', 'peakDelivered', { time: '2020-05-09T13:45:58+02:00', value: '2.589', unit: 'kW' }],
  ['1-0:1.6.0(08.796*kW)(260102010000)', 'peakDelivered', { time: '2026-01-02T01:00:00+01:00', value: '8.796', unit: 'kW' }],
  ['1-1:1.6.0(200509134558S)(02.589*kW)', 'peakDelivered', { time: '2020-05-09T13:45:58+02:00', value: '2.589', unit: 'kW' }],
  ['0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(230901000000S)(230831181500S)(01.862*kW)', 'monthPeaks', [{ monthEnd: '2023-09-01T00:00:00+02:00', time: '2023-08-31T18:15:00+02:00', value: '1.862', unit: 'kW' }]],
  ['0-0:98.1.0(230701000000S)(000040.777*kWh)', 'billing', [{ time: '2023-07-01T00:00:00+02:00', registers: { energyDelivered: { value: '40.777', unit: 'kWh' } } }]],
  ['0-0:98.1.0(12)', 'historyNumber', 12],

  ['0-0:96.13.0(73657450315F6D61785F337068)', 'message', 'setP1_max_3ph'],
  ['0-0:96.13.0(test-/-test)', 'message', 'test-/-test'],
  ['0-0:96.13.1(3031203631203831)', 'messageCode', '01 61 81'],
  ['0-0:96.13.2(4832)', 'message2', 'H2'],
  ['0-0:96.13.3(4833)', 'message3', 'H3'],
  ['0-0:96.13.4(4834)', 'message4', 'H4'],
  ['0-0:96.13.5(4835)', 'message5', 'H5'],

  ['7-0:0.0.0(4730)', 'gasEquipmentId', 'G0'],
  ['7-0:23.1.0(090212160000)(00000.123)', 'gas24Hours', { time: '2009-02-12T16:00:00+01:00', value: '0.123', unit: undefined }],
  ['7-0:23.2.0(090212160000)(00000.124)', 'gas24HoursConverted', { time: '2009-02-12T16:00:00+01:00', value: '0.124', unit: undefined }],
  ['7-0:24.4.0(1)', 'gasValveState', 1],
  ['5-0:0.0.0(4830)', 'heatEquipmentId', 'H0'],
  ['5-0:1.0.0(090212160000)(00001.5*GJ)', 'heatRegister', { time: '2009-02-12T16:00:00+01:00', value: '1.5', unit: 'GJ' }],
  ['6-0:0.0.0(4330)', 'coldEquipmentId', 'C0'],
  ['6-0:1.0.0(090212160000)(00002.5*GJ)', 'coldRegister', { time: '2009-02-12T16:00:00+01:00', value: '2.5', unit: 'GJ' }],
  ['8-0:0.0.0(5730)', 'waterEquipmentId', 'W0'],
  ['8-0:1.0.0(090212160000)(00003.5*m3)', 'waterRegister', { time: '2009-02-12T16:00:00+01:00', value: '3.5', unit: 'm3' }],
];

const at = (time: string, value: string, unit: string): object => ({ time, value, unit });

// prettier-ignore
const MBUS_LINES: readonly (readonly [line: string, channel: number, name: keyof MbusValues, value: unknown])[] = [
  ['0-1:24.1.0(003)', 1, 'deviceType', 3],
  ['0-2:96.1.0(464C4F313839393030303630333535)', 2, 'equipmentId', 'FLO189900060355'],
  ['0-1:96.1.1(37464C4F32313139303333373333)', 1, 'equipmentId', '7FLO2119033733'],
  ['0-2:96.1.2(353431343430303132333435363738393033)', 2, 'supplyPointEan', '541440012345678903'],
  ['0-4:24.2.1(200706102900S)(00028.103*m3)', 4, 'register', at('2020-07-06T10:29:00+02:00', '28.103', 'm3')],
  ['0-1:24.2.3(200512134558S)(00112.384*m3)', 1, 'registerUnconverted', at('2020-05-12T13:45:58+02:00', '112.384', 'm3')],
  ['0-1:24.3.0(120517020000)(08)(60)(1)(0-1:24.2.1)(m3)(00124.477)', 1, 'registerHourly', at('2012-05-17T02:00:00+02:00', '124.477', 'm3')],
  ['0-3:24.3.1(120517020000)(2C)(60)(1)(0-3:24.2.1)(GJ)(00124.477)', 3, 'registerHourlyCold', at('2012-05-17T02:00:00+02:00', '124.477', 'GJ')],
  ['0-3:24.4.0(1)', 3, 'valveState', 1],
];

test.each(METER_LINES)('%s is %s', (line, name, value) => {
  const { meter, mbus, unread } = read(line);
  expect({ mbus, unread }).toEqual({ mbus: {}, unread: [] });
  expect(Object.keys(meter)).toEqual([name]);
  expect(said(meter[name])).toEqual(value);
});

test.each(MBUS_LINES)('%s of channel %i is %s', (line, channel, name, value) => {
  expect(read(line)).toEqual({ meter: {}, mbus: { [channel]: { [name]: value } }, unread: [] });
});

describe('every field', () => {
  const fields: readonly (readonly [string, Field])[] = Object.values(SUBJECTS).flatMap((rows) => Object.entries(rows));

  test('has a line in the tables above, and so has each of its references', () => {
    const lines = [...METER_LINES.map(([line]) => line), ...MBUS_LINES.map(([line]) => line)].join('\n');
    const named = new Set<string>([...METER_LINES.map(([, name]) => name), ...MBUS_LINES.map(([, , name]) => name)]);
    const references = fields.flatMap(([, { obis }]) => obis);
    expect(fields.map(([name]) => name).filter((name) => !named.has(name))).toEqual([]);
    expect(references.filter((obis) => !lineOf(obis).test(lines))).toEqual([]);
  });

  test('has a name of its own, and a country', () => {
    const { 'M-Bus devices': mbus, ...meter } = SUBJECTS;
    const names = Object.values(meter).flatMap((rows) => Object.keys(rows));
    expect(names.sort()).toEqual(Object.keys(METER_FIELDS).sort());
    expect(mbus).toBe(MBUS_FIELDS);
    expect(fields.filter(([, { countries }]) => countries.length === 0)).toEqual([]);
  });
});

/** Where a line has this reference, or one of its spellings. */
function lineOf(obis: string): RegExp {
  const spelled = obis.replace('n', '[1-4]').replaceAll('.', '[.:]');
  return new RegExp(`^${spelled}(\\*255|\\.255)?\\(`, 'm');
}

test('a name that is no field does not compile', () => {
  const { meter, mbus } = read('1-0:1.8.1(1*kWh)');
  // @ts-expect-error: energyDeliverd1 is misspelt
  expect(meter.energyDeliverd1).toBeUndefined();
  // @ts-expect-error: registr is misspelt
  expect(mbus[1]?.registr).toBeUndefined();
  // @ts-expect-error: a count is no text
  const count: string | undefined = meter.powerFailures;
  expect(count).toBeUndefined();
});
