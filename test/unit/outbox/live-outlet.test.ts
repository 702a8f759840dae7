import { afterEach, describe, expect, test } from 'vitest';
import type { Letter } from '../../../src/journal/letter.ts';
import { Paused, TryLater } from '../../../src/outbox/endpoint.ts';
import { LiveOutlet } from '../../../src/outbox/live-outlet.ts';
import { Newest, type LivePart, type LiveTeller } from '../../../src/outbox/live-part.ts';
import { aborted } from '../../../src/time/aborted.ts';
import { pass, stopTheClock } from '../../support/outbox.ts';

const letter = (seq: number, source = 'house'): Letter => ({
  seq,
  telegram: { source, receivedAt: new Date(), raw: Buffer.from(`/${seq}`), checksum: 'valid' },
});

/** Shows what it is given by the script of each of its connections. */
class Show implements LivePart {
  readonly shown: number[][] = [];
  connections = 0;
  script: (connection: number, teller: LiveTeller, signal: AbortSignal) => unknown = () => undefined;

  async show(newest: Newest, teller: LiveTeller, signal: AbortSignal): Promise<void> {
    this.connections += 1;
    await this.script(this.connections, teller, signal);
    teller.connected();
    while (!signal.aborted) {
      const letters = await newest.next(signal);
      if (letters.length === 0) continue;
      this.shown.push(letters.map(({ seq }) => seq));
      teller.took();
    }
  }
}

const outlets: LiveOutlet[] = [];
afterEach(async () => {
  await Promise.all(outlets.splice(0).map((outlet) => outlet.stop()));
});

function start(show = new Show(), source?: string) {
  stopTheClock();
  const told: string[] = [];
  const outlet = new LiveOutlet({
    name: 'broker',
    live: show,
    source,
    events: {
      changed: ({ state, reason }) => told.push(reason === undefined ? state : `${state}: ${reason}`),
      odd: (_name, what) => told.push(`odd: ${what}`),
    },
    backoff: { random: () => 0.5 },
  });
  outlets.push(outlet);
  outlet.start();
  return { outlet, show, told };
}

describe('while it is connected', () => {
  test('it shows what comes, of each source, and counts it', async () => {
    const { outlet, show, told } = start();
    await pass(10);
    outlet.accepted(letter(1));
    await pass(10);
    outlet.accepted(letter(2, 'barn'));
    await pass(10);
    expect(show.shown).toEqual([[1], [2]]);
    expect(told).toEqual(['delivering']);
    expect(outlet.status()).toMatchObject({ name: 'broker', delivery: 'live', waiting: 0, delivered: 2, retries: 0 });
    expect(outlet.status().lastTakenAt).toEqual(new Date('2026-01-05T12:00:00.020Z'));
    expect(outlet.measures().attempts).toEqual({ ok: 2, retry: 0, ambiguous: 0, rejected: 0 });
  });

  test('one of a single source shows that source only', async () => {
    const { outlet, show } = start(new Show(), 'barn');
    outlet.accepted(letter(1));
    outlet.accepted(letter(2, 'barn'));
    await pass(10);
    expect(show.shown).toEqual([[2]]);
  });

  test('what is odd is told when it begins, stays to be seen, and is forgotten when it is over', async () => {
    const show = new Show();
    let teller: LiveTeller | undefined;
    show.script = (_connection, its) => (teller = its);
    const { outlet, told } = start(show);
    await pass(10);
    teller?.odd('another p1-relay publishes there; set prefix');
    teller?.odd('another p1-relay publishes there; set prefix');
    expect(told).toEqual(['delivering', 'odd: another p1-relay publishes there; set prefix']);
    expect(outlet.status().reason).toBe('another p1-relay publishes there; set prefix');
    teller?.odd(undefined);
    expect(outlet.status().reason).toBeUndefined();
  });
});

describe('after a connection that was lost', () => {
  test('what is still as odd as before is shown, and not told again; what is odd otherwise is', async () => {
    const show = new Show();
    show.script = (connection, teller, signal) => {
      if (connection > 3) return aborted(signal);
      teller.connected();
      teller.odd(connection === 3 ? 'else' : 'odd');
      throw new TryLater('lost');
    };
    const { outlet, told } = start(show);
    let [shown, at]: [string | undefined, number] = [undefined, 0];
    while (show.connections < 2 && at++ < 100) await pass(100);
    shown = outlet.status().reason;
    while (show.connections < 4 && at++ < 200) await pass(100);
    expect(shown).toBe('odd');
    expect(told.filter((line) => line.startsWith('odd:'))).toEqual(['odd: odd', 'odd: else']);
    expect(outlet.note).toBe('else');
  });

  test('the waits begin anew, and it is quiet for a while before it is told', async () => {
    const show = new Show();
    const attempts: number[] = [];
    show.script = (connection, teller) => {
      attempts.push(performance.now());
      if (connection === 8) teller.connected();
      throw new TryLater('gone');
    };
    const { outlet, told } = start(show);
    while (attempts.length < 10) await pass(100);
    const waits = attempts.slice(1).map((at, index) => at - attempts[index]!);
    expect(waits[6]).toBeGreaterThan(10 * waits[0]!);
    expect([waits[7], waits[8]]).toEqual([waits[0], waits[1]]);
    expect(told).toEqual(['later: gone', 'delivering']);
    expect(outlet.status().state).toBe('delivering');
  });
});

test('who asks for all has nothing fresh left to wait for', async () => {
  const newest = new Newest();
  newest.accepted(letter(1));
  expect(newest.all().map(({ seq }) => seq)).toEqual([1]);
  const stop = new AbortController();
  const next = newest.next(stop.signal);
  stop.abort();
  expect(await next).toEqual([]);
  newest.accepted(letter(2));
  expect((await newest.next(new AbortController().signal)).map(({ seq }) => seq)).toEqual([2]);
});

describe('while it is not', () => {
  test('nothing is kept but the newest of each source, and it is tried until it works, told once', async () => {
    const show = new Show();
    show.script = (connection) => {
      if (connection < 8) throw new TryLater('the broker refuses the connection');
    };
    const { outlet, told } = start(show);
    for (let seq = 1; seq <= 1_000; seq++) outlet.accepted(letter(seq, seq % 2 === 0 ? 'house' : 'barn'));
    await pass(120_000);
    expect(show.shown).toEqual([[999, 1_000]]);
    expect(told).toEqual(['later: the broker refuses the connection', 'delivering']);
    expect(outlet.status()).toMatchObject({ state: 'delivering', retries: 7 });
  });

  test('a fault of its own is a reason to try again, not an end', async () => {
    const show = new Show();
    show.script = (connection) => {
      if (connection === 1) throw new TypeError('undefined is not a function');
    };
    const { outlet } = start(show);
    await pass(5_000);
    expect([show.connections, outlet.status().state]).toEqual([2, 'delivering']);
  });

  test('mis-set, it says what a person has to do, and is tried once a minute', async () => {
    const show = new Show();
    show.script = (connection) => {
      if (connection < 4) throw new Paused('wrong password', 'set user and password');
    };
    const { outlet, told } = start(show);
    await pass(59_000);
    expect(show.connections).toBe(1);
    expect(outlet.status()).toMatchObject({ state: 'paused', remedy: 'set user and password' });
    await pass(130_000);
    expect(show.connections).toBe(4);
    expect(told).toEqual(['paused: wrong password', 'delivering']);
  });
});

test('a stop ends it at once where it waits, and waits for its leave', async () => {
  const show = new Show();
  const left: string[] = [];
  show.script = async (_connection, _teller, signal) => {
    await aborted(signal);
    left.push('said goodbye');
  };
  const { outlet } = start(show);
  await pass(10);
  await outlet.stop();
  expect(left).toEqual(['said goodbye']);
});
