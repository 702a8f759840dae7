import { METER, type Equipment } from '../../reading/state-devices.ts';
import { stateRows, timeName } from '../../reading/state-rows.ts';
import type { MeterState } from '../../reading/state.ts';

/** A fall is believed once so many telegrams in a row had it. */
const HELD_TELEGRAMS = 10;
/** What a device captured stands in many telegrams: it must have captured twice. */
const HELD_CAPTURES = 2;

/** Names whose values only grow. */
const COUNTERS: ReadonlySet<string> = new Set(
  stateRows()
    .filter(({ kind }) => kind === 'register')
    .map(({ name }) => name),
);

/** Of one counter. */
interface Count {
  /** As it was published last. */
  readonly shown: number;
  readonly equipment: string | undefined;
  /** Of a fall that is not believed yet. */
  readonly fall: Fall | undefined;
}

interface Fall {
  readonly telegrams: number;
  readonly captures: number;
  /** When it was captured last. */
  readonly at: string | number | undefined;
}

/**
 * Lets no counter of one meter fall: programs that add up what it grows by would count all of it once more. A fall is believed where
 * another meter hangs there, or once it has held; until then what was shown last stands.
 */
export class CounterGate {
  readonly #counts = new Map<string, Count>();

  /** @param shown what was published before the start, where that is known. */
  constructor(shown: MeterState = {}) {
    for (const [name, value] of Object.entries(shown)) {
      if (isCount(name, value)) this.#counts.set(name, { shown: value, equipment: undefined, fall: undefined });
    }
  }

  /** The state as it may be published. To be given every telegram, whether it is published or not. */
  pass(state: MeterState, equipment: Equipment): MeterState {
    const passed = { ...state };
    for (const [name, value] of Object.entries(state)) {
      if (!isCount(name, value)) continue;
      const own = name in equipment ? equipment[name] : equipment[METER];
      const count = follow(this.#counts.get(name), { value, equipment: own, at: state[timeName(name)] });
      this.#counts.set(name, count);
      passed[name] = count.shown;
    }
    return passed;
  }
}

/** For several meters: a state without the counters that are held back. */
export function leaveOutFalls(): (meter: string, read: { state: MeterState; equipment: Equipment }) => MeterState {
  const gates = new Map<string, CounterGate>();
  return (meter, { state, equipment }) => {
    const gate = gates.get(meter) ?? new CounterGate();
    gates.set(meter, gate);
    const passed = gate.pass(state, equipment);
    return Object.fromEntries(Object.entries(state).filter(([name, value]) => passed[name] === value));
  };
}

function isCount(name: string, value: unknown): value is number {
  return typeof value === 'number' && COUNTERS.has(name);
}

interface Said {
  readonly value: number;
  readonly equipment: string | undefined;
  readonly at: string | number | undefined;
}

function follow(before: Count | undefined, { value, equipment, at }: Said): Count {
  const believed = { shown: value, equipment: equipment ?? before?.equipment, fall: undefined };
  if (before === undefined || value >= before.shown || isOther(before.equipment, equipment)) return believed;
  const fall = fallOf(before.fall, at);
  return hasHeld(fall) ? believed : { ...before, fall };
}

function fallOf(before: Fall | undefined, at: Said['at']): Fall {
  if (before === undefined) return { telegrams: 1, captures: 1, at };
  const captures = before.captures + (at === before.at ? 0 : 1);
  return { telegrams: before.telegrams + 1, captures, at };
}

function hasHeld({ telegrams, captures, at }: Fall): boolean {
  return telegrams >= HELD_TELEGRAMS && (at === undefined || captures >= HELD_CAPTURES);
}

/** One that does not say who it is may be the same. */
function isOther(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}
