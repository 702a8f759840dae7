import { describe, expect, test } from 'vitest';
import { CounterGate } from '../../../../src/endpoints/mqtt/counter-gate.ts';

const A = { meter: 'A' };
const B = { meter: 'B' };
const kwh = (gate: CounterGate, value: number, equipment = A): unknown =>
  gate.pass({ import_t1: value }, equipment)['import_t1'];
const times = (count: number, pass: () => unknown): unknown[] => Array.from({ length: count }, pass);

test('a false register is not shown, and costs nothing else', () => {
  const gate = new CounterGate();
  expect([95, 33, 95, 96].map((value) => kwh(gate, value))).toEqual([95, 95, 95, 96]);
});

test('one that begins anew is believed with the tenth telegram in a row', () => {
  const gate = new CounterGate();
  kwh(gate, 95);
  expect(times(9, () => kwh(gate, 3))).toEqual(Array(9).fill(95));
  expect(kwh(gate, 3)).toBe(3);
  expect(kwh(gate, 4)).toBe(4);
});

test('nine telegrams, one as before, and nine more are no reset', () => {
  const gate = new CounterGate();
  kwh(gate, 95);
  times(9, () => kwh(gate, 3));
  kwh(gate, 95);
  expect(times(9, () => kwh(gate, 3))).toEqual(Array(9).fill(95));
});

test('another meter is believed at once', () => {
  const gate = new CounterGate();
  kwh(gate, 95);
  expect(kwh(gate, 3, B)).toBe(3);
  expect(kwh(gate, 2, B)).toBe(3);
});

test('one that does not say who it is may be the same', () => {
  const gate = new CounterGate();
  kwh(gate, 95);
  expect(gate.pass({ import_t1: 3 }, {})['import_t1']).toBe(95);
});

test('after a start what was published before still counts, whoever the meter was', () => {
  const gate = new CounterGate({ import_t1: 95, power: 700, last_telegram: '2026-07-01T12:00:00Z' });
  expect(gate.pass({ import_t1: 90, power: 200 }, A)).toEqual({ import_t1: 95, power: 200 });
});

test('power, voltage and tariff go up and down as they like', () => {
  const gate = new CounterGate();
  gate.pass({ power: 500, voltage_l1: 231, tariff: 2 }, A);
  expect(gate.pass({ power: -100, voltage_l1: 228, tariff: 1 }, A)).toEqual({
    power: -100,
    voltage_l1: 228,
    tariff: 1,
  });
});

describe('what a device captured stands in many telegrams', () => {
  const gas = (value: number, gas_time: string) => ({ gas: value, gas_time });

  test('so a fall must have been captured twice', () => {
    const gate = new CounterGate();
    gate.pass(gas(500, '12:00'), A);
    expect(times(30, () => gate.pass(gas(0, '13:00'), A)['gas'])).toEqual(Array(30).fill(500));
    expect(gate.pass(gas(0, '14:00'), A)['gas']).toBe(0);
  });

  test('one that was right again in the next hour was never seen', () => {
    const gate = new CounterGate();
    gate.pass(gas(500, '12:00'), A);
    times(30, () => gate.pass(gas(0, '13:00'), A));
    expect(gate.pass(gas(501, '14:00'), A)['gas']).toBe(501);
  });

  test('another gas meter is believed at once, another electricity meter says nothing of it', () => {
    const gate = new CounterGate();
    gate.pass(gas(500, '12:00'), { meter: 'A', gas: 'G1' });
    expect(gate.pass(gas(2, '12:05'), { meter: 'B', gas: 'G1' })['gas']).toBe(500);
    expect(gate.pass(gas(2, '12:05'), { meter: 'B', gas: 'G2' })['gas']).toBe(2);
  });
});
