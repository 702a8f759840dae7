import { findPort, SEARCH_MS } from '../serial/find-port.ts';
import { readPort } from '../serial/port.ts';
import { defineSource } from './source.ts';

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
        .int()
        .min(300)
        .max(921_600)
        .default(115_200)
        .describe('115200 for DSMR 4 and 5, 9600 for DSMR 2 and 3'),
      dataBits: z
        .union([z.literal(7), z.literal(8)])
        .default(8)
        .describe('8 for DSMR 4 and 5, 7 for DSMR 2 and 3'),
      parity: z.enum(['none', 'even']).default('none').describe('none for DSMR 4 and 5, even for DSMR 2 and 3'),
    }),
  create: ({ port, baudRate }) => ({
    openingMs: port === 'auto' ? SEARCH_MS : 0,
    async *open(signal) {
      const path = port === 'auto' ? await findPort({ baudRate, signal }) : port;
      if (path !== undefined) yield* readPort({ path, baudRate }, signal);
    },
  }),
});
