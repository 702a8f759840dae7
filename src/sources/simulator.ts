import { simulateHouse } from '../simulator/house.ts';
import { defineSource } from './source.ts';
import { createPacer } from './waits.ts';

/** A made-up house with a DSMR 5 meter, for a try-out without hardware. Its clock goes on by a step a telegram at any speed. */
export const simulator = defineSource({
  settings: ({ z, duration }) =>
    z.object({
      interval: duration.prefault('1s').describe('real time between two telegrams; 0 = as fast as they are read'),
      step: duration
        .prefault('1s')
        .refine((ms) => ms >= 1_000 && ms <= 60_000 && ms % 1_000 === 0, 'expected whole seconds from 1s to 60s')
        .describe('time on the clock of the meter from one telegram to the next: 1s to 60s'),
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
  create({ interval, step, telegrams, start, seed, phases }) {
    // One house for all connections: a meter does not begin again because its cable was pulled.
    const house = simulateHouse({ start: new Date(start), seed, phases, stepS: step / 1_000 });
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
