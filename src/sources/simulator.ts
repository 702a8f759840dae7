import { simulateHouse } from '../simulator/house.ts';
import { defineSource } from './source.ts';
import { createPacer } from './waits.ts';

/** A made-up house with a DSMR 5 meter, for a try-out without hardware. Its clock runs a second a telegram at any speed. */
export const simulator = defineSource({
  settings: ({ z, duration }) =>
    z.object({
      interval: duration.prefault('1s').describe('real time between two telegrams; 0 = as fast as they are read'),
      start: z.iso
        .datetime({ offset: true })
        .default('2025-01-01T00:00:00+01:00')
        .describe('what the clock of the meter shows in the first telegram'),
      seed: z.int().min(0).default(1).describe('another number is another house'),
      phases: z
        .union([z.literal(1), z.literal(3)])
        .default(3)
        .describe('how many phases the meter has'),
      telegrams: z.int().min(1).optional().describe('how many telegrams, then it ends; without it, it never does'),
    }),
  create({ interval, telegrams, start, seed, phases }) {
    // One house for all connections: a meter does not begin again because its cable was pulled.
    const house = simulateHouse({ start: new Date(start), seed, phases });
    let left = telegrams ?? Infinity;
    return {
      ends: telegrams !== undefined,
      async *open(signal) {
        const turn = createPacer(interval, signal);
        for (; left > 0 && !signal.aborted; left--) {
          yield house.next().value;
          await turn();
        }
      },
    };
  },
});
