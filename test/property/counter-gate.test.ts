import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CounterGate } from '../../src/endpoints/mqtt/counter-gate.ts';

/** What a meter of this equipment says of one counter; undefined where it leaves it out. */
const telegram = fc.record({
  value: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined, freq: 8 }),
  equipment: fc.constantFrom('A', 'A', 'A', 'A', 'A', 'A', 'A', 'B', undefined),
});

test('a counter falls only to what ten telegrams in a row said was lower, or to what another meter says', () => {
  fc.assert(
    fc.property(fc.array(telegram, { maxLength: 80 }), (telegrams) => {
      const gate = new CounterGate();
      const said = telegrams.filter(({ value }) => value !== undefined) as { value: number; equipment?: string }[];
      const shown = said.map(({ value, equipment }) => gate.pass({ gas: value }, { gas: equipment })['gas'] as number);
      for (const [index, now] of shown.entries()) {
        const before = shown[index - 1] ?? 0;
        if (now >= before) continue;
        const held = said.slice(Math.max(0, index - 9), index + 1);
        const hasHeld = held.length === 10 && held.every(({ value }) => value < before);
        const known = said.slice(0, index).findLast(({ equipment }) => equipment !== undefined)?.equipment;
        const own = said[index]?.equipment;
        const isOther = known !== undefined && own !== undefined && own !== known;
        expect(hasHeld || isOther).toBe(true);
        expect(now).toBe(said[index]?.value);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('what is shown is never made up: it is what the meter says, or what was shown before', () => {
  fc.assert(
    fc.property(fc.array(telegram, { maxLength: 80 }), (telegrams) => {
      const gate = new CounterGate({ gas: 3 });
      let before = 3;
      for (const { value, equipment } of telegrams) {
        const passed = gate.pass(value === undefined ? {} : { gas: value }, { gas: equipment });
        if (value === undefined) expect(passed).toEqual({});
        else expect([value, before]).toContain(passed['gas']);
        before = (passed['gas'] as number | undefined) ?? before;
      }
    }),
  );
});

test('a counter that only grows passes as it is', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000 })), (steps) => {
      const gate = new CounterGate();
      let value = 0;
      for (const step of steps) {
        value += step;
        expect(gate.pass({ import_t1: value }, {})).toEqual({ import_t1: value });
      }
    }),
  );
});
