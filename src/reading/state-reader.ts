import type { Telegram } from '../telegram/telegram.ts';
import { nextGasMeter, type GasMeter } from './gas-meter.ts';
import { standardOffsetMinutes } from './local-time.ts';
import { Reader } from './reader.ts';
import type { Reading } from './reading.ts';
import { equipmentOf, namedDevices, type Equipment, type NamedDevice } from './state-devices.ts';
import { meterState, type MeterState } from './state.ts';

/** A telegram with the state that its meter is in. */
export interface StateReading {
  readonly state: MeterState;
  readonly reading: Reading;
  readonly gas: GasMeter | undefined;
  /** Whose the values are. */
  readonly equipment: Equipment;
}

/**
 * Reads telegrams, one behind the other, of a meter that stands in this time zone (an IANA name), its gas meter on this channel of
 * the M-Bus where that is known.
 */
export function stateReader(timeZone: string, gasChannel?: number): (telegram: Telegram) => StateReading {
  const reader = new Reader({ standardOffset: standardOffsetMinutes(timeZone) });
  const behind = devicesBehind(gasChannel);
  return (telegram) => {
    const reading = reader.read(telegram);
    const { gas, devices } = behind(reading, telegram.receivedAt);
    return { reading, gas, state: meterState(reading, devices), equipment: equipmentOf(reading, devices) };
  };
}

interface Behind {
  readonly gas: GasMeter | undefined;
  readonly devices: readonly NamedDevice[];
}

const MINUTE_MS = 60_000;

/** Devices say the same for minutes or hours: who they are is asked anew where they do not, and once a minute for their age. */
function devicesBehind(channel: number | undefined): (reading: Reading, receivedAt: Date) => Behind {
  let known: Behind = { gas: undefined, devices: [] };
  let knownBy = '';
  return (reading, receivedAt) => {
    const by = `${Math.floor(receivedAt.getTime() / MINUTE_MS)} ${JSON.stringify(reading.mbus)}`;
    if (by === knownBy) return known;
    const gas = nextGasMeter(known.gas, reading, { receivedAt, channel });
    known = { gas, devices: namedDevices(reading, { gas, receivedAt }) };
    knownBy = by;
    return known;
  };
}
