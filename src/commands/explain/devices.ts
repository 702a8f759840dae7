import { devicesOf, type Device } from '../../reading/devices.ts';
import { chooseGasMeter, type GasReason } from '../../reading/gas-meter.ts';
import type { Reading } from '../../reading/reading.ts';
import { show } from './caret.ts';
import { sayQuantity, sayTime } from './values.ts';

/** The devices on the meter's M-Bus, a line each: what they are, whether they report, and what they say. */
export function explainDevices(reading: Reading): string[] {
  const gas = chooseGasMeter(reading);
  return devicesOf(reading).map((device) => {
    const why = device.channel === gas?.meter.channel ? sayGas(gas.reason) : '';
    return `${sayKind(device, reading)} on channel ${device.channel}${sayConversion(device)}: ${sayState(device)}${why}`;
  });
}

/** Meters have places for devices that nobody has put there: without a type, and never read. */
function sayKind({ channel, kind, state }: Device, { mbus }: Reading): string {
  return state === 'absent' && kind === 'other' && mbus[channel]?.deviceType === undefined ? 'no device' : NAMES[kind];
}

function sayGas(reason: GasReason): string {
  return `; this is the gas meter for DSMR-reader: ${REASONS[reason]}`;
}

const REASONS: Readonly<Record<GasReason, string>> = {
  only: 'no other one reports',
  clock: 'the times of the others are to come',
  id: 'no other one has an id',
  newest: 'the others are over an hour behind',
  moved: 'the others stand at zero',
  last: 'it was installed last',
};

const NAMES: Readonly<Record<Device['kind'], string>> = {
  gas: 'gas meter',
  water: 'water meter',
  'warm water': 'warm water meter',
  heat: 'heat meter',
  cold: 'meter of cold',
  electricity: 'electricity meter',
  other: 'device of another kind',
};

const STATES: Readonly<Record<Exclude<Device['state'], 'absent'>, string>> = {
  live: 'read at',
  stale: 'not read for a day, last at',
  dead: 'dead, last read at',
  ahead: 'read at a time to come,',
};

function sayConversion({ isConverted, state }: Device): string {
  if (isConverted === undefined || state === 'absent') return '';
  return isConverted ? ', converted to a standard temperature' : ', as measured';
}

function sayState({ state, register, equipmentId }: Device): string {
  const id = equipmentId === undefined ? 'no id' : `id ${show(equipmentId)}`;
  if (state === 'absent' || register === undefined) return `never read, ${id}`;
  return `${sayQuantity(register)}, ${STATES[state]} ${sayTime(register.time)}, ${id}`;
}
