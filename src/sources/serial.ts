import { findMeter, SEARCH_MS } from '../serial/find-meter.ts';
import { LISTEN_MS, P1_LINES, type Line } from '../serial/lines.ts';
import { readPort, type PortSettings } from '../serial/port.ts';
import { defineSource } from './source.ts';

const BAUD_RATES = 'expected a number of bits a second, 300 to 921600, or auto';

/**
 * A P1 cable on a serial port of this machine. Never writes.
 *
 * Lines of seven bits and even parity (DSMR 2 and 3) are opened as eight bits without parity, so that the parity bits
 * reach the framer. With hardware parity Linux drops a damaged byte in silence or passes it on, as the driver likes;
 * in telegrams without a CRC16 a lost digit would look like a valid, smaller number.
 */
export const serial = defineSource({
  settings: ({ z }) =>
    z.object({
      port: z
        .string()
        .min(1)
        .default('/dev/ttyUSB0')
        .describe(
          'the port: /dev/ttyUSB0, better /dev/serial/by-id/…, or auto to listen on each until one sends telegrams',
        ),
      baudRate: z
        .union([z.int().min(300).max(921_600), z.literal('auto')], BAUD_RATES)
        .default(115_200)
        .describe(
          '115200 for DSMR 4 and 5, 9600 for DSMR 2 and 3, auto to listen at each; port: auto does that, too, and begins with this one',
        ),
      dataBits: z
        .union([z.literal(7), z.literal(8)])
        .default(8)
        .describe('8 for DSMR 4 and 5, 7 for DSMR 2 and 3'),
      parity: z.enum(['none', 'even']).default('none').describe('none for DSMR 4 and 5, even for DSMR 2 and 3'),
    }),
  create({ port, baudRate }) {
    if (port !== 'auto' && baudRate !== 'auto') return { open: (signal) => readPort({ path: port, baudRate }, signal) };
    const lines = beginningWith(baudRate);
    // For the life of the process; a start listens anew, which costs an old meter one telegram.
    let known: PortSettings | undefined;
    const found = (settings: PortSettings): void => void (known = settings);
    return {
      foundOn: () => known && `${known.path} at ${known.baudRate} baud`,
      openingMs: port === 'auto' ? SEARCH_MS : lines.length * LISTEN_MS,
      open: (signal) => findMeter({ port, lines, known, found }, signal),
    };
  },
});

function beginningWith(baudRate: number | 'auto'): readonly Line[] {
  if (baudRate === 'auto') return P1_LINES;
  return [{ baudRate }, ...P1_LINES.filter((line) => line.baudRate !== baudRate)];
}
