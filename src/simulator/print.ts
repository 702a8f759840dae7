import { printChecksum } from '../telegram/checksum.ts';
import { crc16 } from '../telegram/crc16.ts';
import type { LocalTime } from './local-time.ts';
import type { MeterState } from './meter.ts';

/** The telegram of a meter, byte for byte as a DSMR 5 meter prints it. Source: DSMR P1 Companion Standard 5.0.2, §6.12. */
export function printTelegram(meter: MeterState): Buffer {
  const body = Buffer.from([HEADER, '', ...objects(meter), '!'].join('\r\n'), 'latin1');
  return Buffer.concat([body, Buffer.from(`${printChecksum(crc16(body))}\r\n`, 'latin1')]);
}

const HEADER = '/SIM5\\HOUSE-1012';

function objects(meter: MeterState): string[] {
  const { watts, decivolts, gas } = meter;
  const net = watts.reduce((sum, power) => sum + power, 0);
  const perPhase = (print: (phase: number) => string) => watts.map((_, phase) => print(phase));
  return [
    '1-3:0.2.8(50)',
    `0-0:1.0.0(${stamp(meter.clock)})`,
    `0-0:96.1.1(${hexText(meter.serial)})`,
    `1-0:1.8.1(${energy(meter.deliveredWh[1])})`,
    `1-0:1.8.2(${energy(meter.deliveredWh[2])})`,
    `1-0:2.8.1(${energy(meter.returnedWh[1])})`,
    `1-0:2.8.2(${energy(meter.returnedWh[2])})`,
    `0-0:96.14.0(000${meter.tariff})`,
    `1-0:1.7.0(${power(net)})`,
    `1-0:2.7.0(${power(-net)})`,
    '0-0:96.7.21(00004)',
    '0-0:96.7.9(00002)',
    '1-0:99.97.0(2)(0-0:96.7.19)(191208152415W)(0000000240*s)(191208151004W)(0000000301*s)',
    ...perPhase((phase) => `1-0:${object(phase, 32)}.32.0(00000)`),
    ...perPhase((phase) => `1-0:${object(phase, 32)}.36.0(00000)`),
    '0-0:96.13.0()',
    ...perPhase((phase) => `1-0:${object(phase, 32)}.7.0(${decimal(at(decivolts, phase), 1, 3)}*V)`),
    ...perPhase((phase) => `1-0:${object(phase, 31)}.7.0(${current(at(watts, phase), at(decivolts, phase))}*A)`),
    ...perPhase((phase) => `1-0:${object(phase, 21)}.7.0(${power(at(watts, phase))})`),
    ...perPhase((phase) => `1-0:${object(phase, 22)}.7.0(${power(-at(watts, phase))})`),
    '0-1:24.1.0(003)',
    `0-1:96.1.0(${hexText(gas.serial)})`,
    `0-1:24.2.1(${stamp(gas.clock)})(${decimal(gas.dm3, 3, 5)}*m3)`,
  ];
}

/** What L1 calls 21 is 41 on L2 and 61 on L3. */
function object(phase: number, ofL1: number): number {
  return ofL1 + 20 * phase;
}

function at(values: readonly number[], phase: number): number {
  return values[phase] ?? 0;
}

function stamp({ wall, letter }: LocalTime): string {
  return wall.toISOString().replaceAll(/\D/g, '').slice(2, 14) + letter;
}

function energy(wh: number): string {
  return `${decimal(wh, 3, 6)}*kWh`;
}

/** One direction: power that flows the other way prints as zero. */
function power(watts: number): string {
  return `${decimal(Math.max(watts, 0), 3, 2)}*kW`;
}

/** Unsigned whole amperes, cut. */
function current(watts: number, decivolts: number): string {
  return Math.floor((Math.abs(watts) * 10) / decivolts)
    .toString()
    .padStart(3, '0');
}

/** `1193` with three decimals and two digits before the point is `01.193`. */
function decimal(value: number, decimals: number, digits: number): string {
  const text = value.toString().padStart(digits + decimals, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}

function hexText(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').toUpperCase();
}
