import { z } from 'zod';
import { allowCidrs, listenAt, readAddress } from './listen.ts';

/** How telegrams go to whoever connects, as they come. */
export interface StreamConfig {
  readonly enabled: boolean;
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
  /** Whose telegrams; undefined: those of the only source. */
  readonly source: string | undefined;
  readonly maxClients: number;
  /** Of those, from one address. */
  readonly maxPerAddress: number;
  /** Who may connect; empty: whoever reaches the address. */
  readonly allowCidrs: readonly string[];
  /** Whether telegrams of a meter that prints no CRC16 get one. */
  readonly addChecksum: boolean;
}

/** The settings under `stream`. */
export const stream = z
  .strictObject({
    enabled: z.boolean().prefault(false).describe('whether it is there at all; nobody has to log in to it'),
    listen: listenAt(8023),
    source: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'expected the name of a source')
      .optional()
      .describe('whose telegrams, also for /ws; must be said where there are several'),
    maxClients: z.int().min(1).max(256).prefault(16).describe('clients at the same time'),
    maxPerAddress: z
      .int()
      .min(1)
      .max(256)
      .prefault(8)
      .describe('and of those from one address, so that one that forgets to hang up leaves room for others'),
    allowCidrs,
    addChecksum: z
      .boolean()
      .prefault(false)
      .describe('telegrams of a meter that prints no CRC16 (DSMR 2 and 3) get one, which evcc needs; also on /ws'),
  })
  .describe('telegrams as they come, over TCP, to as many programs as want them');

/** The settings as the service has them. */
export function toStreamConfig({ listen, source, ...rest }: z.output<typeof stream>): StreamConfig {
  const { host, port } = readAddress(listen) ?? { host: '127.0.0.1', port: 0 };
  return { host, port, source, ...rest };
}
