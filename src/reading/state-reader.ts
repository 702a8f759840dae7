import type { Telegram } from '../telegram/telegram.ts';
import { nextGasMeter, type GasMeter } from './gas-meter.ts';
import { standardOffsetMinutes } from './local-time.ts';
import { Reader } from './reader.ts';
import type { Reading } from './reading.ts';
import { equipmentOf, type Equipment } from './state-devices.ts';
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
  let gas: GasMeter | undefined;
  return (telegram) => {
    const reading = reader.read(telegram);
    const { receivedAt } = telegram;
    gas = nextGasMeter(gas, reading, { receivedAt, channel: gasChannel });
    const hints = { gas, receivedAt };
    return { reading, gas, state: meterState(reading, hints), equipment: equipmentOf(reading, hints) };
  };
}
