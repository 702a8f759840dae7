import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { endpointTypes } from '../../../src/endpoints/index.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import { Ambiguous, type Endpoint, LOOK_BACK, TryLater } from '../../../src/outbox/endpoint.ts';
import { DsmrReader, type Fault, faults } from '../../support/dsmr-reader.ts';
import { buildTelegram } from '../../support/telegrams.ts';

const NEVER = new AbortController().signal;
const NOW = new Date('2026-07-15T12:00:00Z');

let reader: DsmrReader;
const opened: Endpoint[] = [];
beforeAll(async () => {
  reader = await new DsmrReader({ keepAlive: true, now: () => NOW }).start();
});
afterAll(() => reader.stop());
beforeEach(() => {
  reader.rows.length = 0;
  reader.enabled = true;
  reader.profile = 'nl';
  reader.overridesTimestamps = false;
  reader.fault = undefined;
  return async () => {
    for (const endpoint of opened.splice(0)) await endpoint.close?.();
  };
});

type Type = 'dsmr-v1' | 'dsmr-v2';
const TYPES: readonly Type[] = ['dsmr-v1', 'dsmr-v2'];

function connect(type: Type, timeZone = 'Europe/Amsterdam', now: () => Date = () => NOW): Endpoint {
  const settings = { url: reader.url, key: reader.key, timeout: 1_000 };
  const endpoint = endpointTypes[type].create(settings, { now, timeZone });
  opened.push(endpoint);
  return endpoint;
}

interface Printed {
  /** The clock, as the meter prints it; an empty text is none. */
  readonly stamp?: string;
  /** What stands for the registers in the place of those of a Dutch meter. */
  readonly registers?: readonly string[];
  readonly receivedAt?: Date;
}

const REGISTERS = [
  '1-0:1.8.1(000671.578*kWh)',
  '1-0:1.8.2(000842.472*kWh)',
  '1-0:2.8.1(000000.001*kWh)',
  '1-0:2.8.2(000000.000*kWh)',
];
const POWERS = ['1-0:1.7.0(00.333*kW)', '1-0:2.7.0(00.000*kW)'];

let seq = 0;
function letter({ stamp = '260715140000S', registers = REGISTERS, receivedAt = NOW }: Printed = {}): Letter {
  const clock = stamp === '' ? [] : [`0-0:1.0.0(${stamp})`];
  const raw = buildTelegram('/ISK5\\2M550T-1012', [...clock, ...registers, ...POWERS]);
  return { seq: ++seq, telegram: { source: 'meter', receivedAt, raw, checksum: 'valid' } };
}

const delivered1 = (kWh: string): string[] => [`1-0:1.8.1(${kWh}*kWh)`, ...REGISTERS.slice(1)];

async function ask(endpoint: Endpoint, asked: Letter, before: readonly Letter[] = []): Promise<string> {
  return endpoint.wasTaken!(asked, before, NEVER);
}

describe.each(TYPES)('%s', (type) => {
  let endpoint: Endpoint;
  beforeEach(() => void (endpoint = connect(type)));

  test('a letter that was stored is taken, whoever asks', async () => {
    const sent = letter();
    await endpoint.deliver(sent, NEVER);
    expect(await ask(endpoint, sent)).toBe('taken');
    expect(await ask(connect(type), sent)).toBe('taken');
  });

  test('a letter that was not stored is absent', async () => {
    await endpoint.deliver(letter({ stamp: '260715135959S' }), NEVER);
    await endpoint.deliver(letter({ stamp: '260715140001S' }), NEVER);
    expect(await ask(endpoint, letter())).toBe('absent');
  });

  test('a letter is not taken for one of the same second that counted on', async () => {
    const [first, second] = [letter(), letter({ registers: delivered1('000671.579') })];
    await endpoint.deliver(first, NEVER);
    expect(await ask(endpoint, second, [first])).toBe('absent');
    await endpoint.deliver(second, NEVER);
    expect(await ask(endpoint, second, [first])).toBe('taken');
  });

  test('of letters that look alike the n-th is taken once there are n', async () => {
    const alike = [letter(), letter(), letter()];
    for (const [i, sent] of alike.entries()) {
      expect(await ask(endpoint, sent, alike.slice(0, i))).toBe('absent');
      await endpoint.deliver(sent, NEVER);
      expect(await ask(endpoint, sent, alike.slice(0, i))).toBe('taken');
    }
  });

  test('nothing is known of a letter whose clock went back', async () => {
    const sent = letter();
    await endpoint.deliver(sent, NEVER);
    expect(await ask(endpoint, sent, [letter({ stamp: '260715140001S' }), letter({ stamp: '260715135958S' })])).toBe(
      'unknown',
    );
  });

  test('nothing is known where the clock has stood for longer than is looked back', async () => {
    const alike = Array.from({ length: LOOK_BACK + 1 }, () => letter());
    for (const sent of alike) await endpoint.deliver(sent, NEVER);
    expect(await ask(endpoint, alike[LOOK_BACK - 1]!, alike.slice(0, LOOK_BACK - 1))).toBe('taken');
    expect(await ask(endpoint, alike[LOOK_BACK]!, alike.slice(0, LOOK_BACK))).toBe('unknown');
  });

  test('nothing is known where more readings of that second are stored than are listed', async () => {
    const other = letter({ registers: delivered1('000671.577') });
    for (let i = 0; i <= 2 * LOOK_BACK; i++) await endpoint.deliver(other, NEVER);
    expect(await ask(endpoint, letter())).toBe('unknown');
  });

  test('a list that is full of whole readings is read to its end', async () => {
    const many = ['21', '41', '61', '22', '42', '62'].map((code) => `1-0:${code}.7.0(00.111*kW)`);
    const more = ['32.7.0(230.1*V)', '52.7.0(230.2*V)', '72.7.0(230.3*V)', '31.7.0(001*A)', '51.7.0(002*A)'];
    const gas = ['0-1:24.1.0(003)', '0-1:24.2.1(260715140000S)(00112.384*m3)'];
    const whole = (kWh: string) => [...delivered1(kWh), ...many, ...more.map((line) => `1-0:${line}`), ...gas];
    const other = letter({ registers: whole('000671.577') });
    for (let i = 0; i < 2 * LOOK_BACK; i++) await endpoint.deliver(other, NEVER);
    expect(await ask(endpoint, letter({ registers: whole('000671.578') }))).toBe('absent');
  });

  test('both summer and winter time are understood, and the hour that comes twice', async () => {
    const stamps = ['260115120000W', '260715140000S', '251026023000S', '251026023000W'];
    for (const stamp of stamps) {
      const sent = letter({ stamp });
      expect(await ask(endpoint, sent)).toBe('absent');
      await endpoint.deliver(sent, NEVER);
      expect(await ask(endpoint, sent)).toBe('taken');
    }
  });

  test('registers are compared as the server keeps them', async () => {
    const registers = ['1-0:1.8.1(671.5*kWh)', '1-0:2.8.1(-0.000*kWh)'];
    const sent = letter({ registers });
    await endpoint.deliver(sent, NEVER);
    expect(await ask(endpoint, sent)).toBe('taken');
  });

  describe('where the server does not let itself be asked, nothing is known:', () => {
    test.each<[string, Fault]>([
      ['a wrong key', faults.status(403, { body: '{"detail":"Invalid auth key"}' })],
      ['an API that is switched off', faults.status(403, { body: '{"detail":"API is disabled"}' })],
      ['a proxy that wants a password', faults.status(401)],
      ['no such path', faults.status(404)],
      ['no such method', faults.status(405)],
      ['a question that it does not understand', faults.status(400, { body: '{"timestamp__gte":["Enter a valid"]}' })],
      ['a redirect', faults.redirect('https://elsewhere.example')],
      ['the page of another server', faults.otherWebServer()],
      ['JSON of another shape', answer('{"version":"5.11.0"}')],
      ['JSON that is no object', answer('"No readings"')],
      ['a list of something else', answer('{"count":1,"results":[{"id":1}]}')],
      ['a list of nothing', answer('{"count":1,"results":[null]}')],
      ['times without an offset', answer(listOf('2026-07-15T14:00:00'))],
      ['a list without an end', answer(`[${'0,'.repeat(1_000_000)}0]`)],
      ['more readings than it lists', answer('{"count":2,"results":[]}')],
    ])('%s', async (_, fault) => {
      reader.fault = fault;
      expect(await ask(endpoint, letter())).toBe('unknown');
    });
  });

  test.each(['2026-07-15T12:00:00Z', '2026-07-15T14:00:00+02:00', '2026-07-15T12:00:00.000000Z'])(
    'a time listed as %s is understood',
    async (timestamp) => {
      reader.fault = answer(listOf(timestamp));
      expect(await ask(endpoint, letter())).toBe('taken');
    },
  );

  test('a server that lists whatever it has is not believed', async () => {
    reader.fault = answer(listOf('2026-07-15T12:00:01Z'));
    expect(await ask(endpoint, letter())).toBe('absent');
  });

  describe('where it did not answer, it can be asked again:', () => {
    test.each<[string, Fault, typeof TryLater | typeof Ambiguous]>([
      ['busy', faults.status(503), TryLater],
      ['asked too often', faults.status(429), TryLater],
      ['a hang', faults.hang(), Ambiguous],
      ['a reset', faults.reset(), Ambiguous],
      ['502 of a proxy', faults.status(502), Ambiguous],
      ['its database down', faults.exception('OperationalError', 'refused'), Ambiguous],
      ['any other exception', faults.exception('DataError', 'too long'), Ambiguous],
      ['a list that is cut short', cutShort, Ambiguous],
    ])('%s', async (_, fault, expected) => {
      reader.fault = fault;
      await expect(ask(endpoint, letter())).rejects.toBeInstanceOf(expected);
    });

    test('down', async () => {
      const { port } = reader;
      await reader.stop();
      await expect(ask(endpoint, letter())).rejects.toBeInstanceOf(TryLater);
      await reader.start();
      expect(reader.port).toBe(port);
    });
  });

  test('abort ends the question at once', async () => {
    const stop = new AbortController();
    reader.fault = () => stop.abort(new Error('stopping'));
    await expect(endpoint.wasTaken!(letter(), [], stop.signal)).rejects.toThrow('stopping');
  });

  test('asking stores nothing', async () => {
    await ask(endpoint, letter());
    expect(reader.rows).toHaveLength(0);
    expect(reader.requests.at(-1)).toBe('GET /api/v2/datalogger/dsmrreading');
  });
});

describe('a telegram that API v1 reads', () => {
  test('is known by the totals of a meter without tariffs, at a server that is set to them', async () => {
    reader.profile = 'luxembourg';
    const endpoint = connect('dsmr-v1');
    const sent = letter({ registers: ['1-0:1.8.0(00008000.123*kWh)', '1-0:2.8.0(00000001.000*kWh)'] });
    await endpoint.deliver(sent, NEVER);
    expect(await ask(endpoint, sent)).toBe('taken');
  });

  test('is known by its digits, whatever its unit, rounded as the server rounds', async () => {
    const registers = ['1-0:1.8.1(671.5785*kWh)', '1-0:1.8.2(842.4715)', '1-0:2.8.1(1.0006*Wh)'];
    const endpoint = connect('dsmr-v1');
    const sent = letter({ registers });
    await endpoint.deliver(sent, NEVER);
    expect(reader.rows[0]?.reading).toMatchObject({
      electricity_delivered_1: '671.578',
      electricity_delivered_2: '842.472',
      electricity_returned_1: '1.001',
    });
    expect(await ask(endpoint, sent)).toBe('taken');
  });

  test('is known by the time at which the server reads the W of a Swedish summer', async () => {
    reader.profile = 'luxembourg';
    const endpoint = connect('dsmr-v1', 'Europe/Stockholm');
    const registers = ['1-0:1.8.0(00008000.123*kWh)', '1-0:2.8.0(00000001.000*kWh)'];
    for (const stamp of ['260715130000W', '260115130000W', '260329023000W', '251026023000W']) {
      const sent = letter({ stamp, registers });
      await endpoint.deliver(sent, NEVER);
      expect(await ask(endpoint, sent)).toBe('taken');
    }
    expect(reader.rows[0]?.reading.timestamp).toBe(Date.parse('2026-07-15T11:00:00Z'));
  });

  test('cannot be asked about where the server would not have stored it', async () => {
    expect(await ask(connect('dsmr-v1'), letter({ registers: REGISTERS.slice(1) }))).toBe('unknown');
  });

  test('is not found at a server that overrides its stamp', async () => {
    reader.overridesTimestamps = true;
    const endpoint = connect('dsmr-v1');
    const sent = letter({ stamp: '260715135959S' });
    await endpoint.deliver(sent, NEVER);
    expect(reader.rows[0]?.reading.timestamp).toBe(NOW.getTime());
    expect(await ask(endpoint, sent)).toBe('absent');
  });

  test('is not missed where the server stamped it itself', async () => {
    const endpoint = connect('dsmr-v1');
    const sent = letter({ stamp: '', receivedAt: new Date('2026-07-15T11:59:58.200Z') });
    await endpoint.deliver(sent, NEVER);
    expect(reader.rows.map(({ api }) => api)).toEqual(['v1']);
    expect(await ask(endpoint, sent)).toBe('unknown');
  });

  test('has the time of its capture once it went through v2, and only then can be missed', async () => {
    const endpoint = connect('dsmr-v1');
    const sent = letter({ stamp: '', receivedAt: new Date('2026-07-15T11:59:49.700Z') });
    expect(await ask(endpoint, sent)).toBe('unknown');
    reader.fault = faults.reset();
    await expect(endpoint.deliver(sent, NEVER)).rejects.toBeInstanceOf(Ambiguous);
    reader.fault = undefined;
    expect(await ask(endpoint, sent)).toBe('absent');
    await endpoint.deliver(sent, NEVER);
    expect(await ask(endpoint, sent)).toBe('taken');
    expect(await ask(connect('dsmr-v1'), sent)).toBe('taken');
  });

  test('that went both ways is not missed by its time of capture', async () => {
    let now = new Date('2026-07-15T12:00:01Z');
    const endpoint = connect('dsmr-v1', undefined, () => now);
    const sent = letter({ stamp: '' });
    reader.fault = faults.reset();
    await expect(endpoint.deliver(sent, NEVER)).rejects.toBeInstanceOf(Ambiguous);
    now = new Date('2026-07-15T12:02:00Z');
    await expect(endpoint.deliver(sent, NEVER)).rejects.toBeInstanceOf(Ambiguous);
    reader.fault = undefined;
    expect(await ask(endpoint, sent)).toBe('unknown');
  });
});

describe('a reading that API v2 is sent', () => {
  test('has the time of its capture, to the second, where the meter has no clock', async () => {
    const endpoint = connect('dsmr-v2');
    const sent = letter({ stamp: '', receivedAt: new Date('2026-07-15T11:59:49.700Z') });
    expect(await ask(endpoint, sent)).toBe('absent');
    await endpoint.deliver(sent, NEVER);
    expect(reader.rows[0]?.reading.timestamp).toBe(Date.parse('2026-07-15T11:59:49Z'));
    expect(await ask(endpoint, sent)).toBe('taken');
  });

  test('has the time that its meter means', async () => {
    const endpoint = connect('dsmr-v2', 'Europe/Stockholm');
    const sent = letter({ stamp: '260715130000W' });
    await endpoint.deliver(sent, NEVER);
    expect(reader.rows[0]?.reading.timestamp).toBe(Date.parse('2026-07-15T12:00:00Z'));
    expect(await ask(endpoint, sent)).toBe('taken');
  });

  test('cannot be asked about where it would not have been sent', async () => {
    const endpoint = connect('dsmr-v2');
    const lacking = letter({ registers: REGISTERS.slice(1) });
    expect(await ask(endpoint, lacking)).toBe('unknown');
    expect(await ask(endpoint, letter(), [lacking])).toBe('absent');
  });
});

/** Steps of a meter's clock in seconds and of a register in Wh: most go on, some repeat, some go back. */
const steps = fc.array(
  fc.record({
    seconds: fc.oneof(
      { weight: 5, arbitrary: fc.constant(1) },
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-1, -2, 60) },
    ),
    wattHours: fc.constantFrom(0, 0, 0, 1),
  }),
  { minLength: 1, maxLength: 25 },
);

test.each(TYPES)('%s: of any run of letters, those that were sent are taken, and no other', async (type) => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (walk, cut) => {
      reader.rows.length = 0;
      const endpoint = connect(type);
      const letters = walkOf(walk);
      const sent = cut % (letters.length + 1);
      for (const { each } of letters.slice(0, sent)) await endpoint.deliver(each, NEVER);
      for (const [i, { each, ms }] of letters.entries()) {
        const before = letters.slice(0, i);
        const wentBack = before.some((other) => other.ms > ms);
        const fate = await ask(
          endpoint,
          each,
          before.map((other) => other.each),
        );
        expect(fate).toBe(wentBack ? 'unknown' : i < sent ? 'taken' : 'absent');
      }
    }),
    { seed: 20_260_715, numRuns: 60 },
  );
});

function walkOf(walk: readonly { seconds: number; wattHours: number }[]): { each: Letter; ms: number }[] {
  let ms = Date.parse('2026-01-15T12:00:00Z');
  let wattHours = 671_578;
  return walk.map((step) => {
    ms += step.seconds * 1_000;
    wattHours += step.wattHours;
    const stamp = `${new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14)}W`;
    return { ms, each: letter({ stamp, registers: delivered1(`000${(wattHours / 1_000).toFixed(3)}`) }) };
  });
}

function answer(body: string): Fault {
  return ({ send }) => send({ status: 200, headers: { 'content-type': 'application/json' }, body });
}

/** A list of one reading with the registers of the Dutch meter. */
function listOf(timestamp: string): string {
  const registers = {
    electricity_delivered_1: '671.578',
    electricity_returned_1: '0.001',
    electricity_delivered_2: '842.472',
    electricity_returned_2: '0.000',
  };
  return JSON.stringify({ count: 1, next: null, previous: null, results: [{ id: 1, timestamp, ...registers }] });
}

function cutShort({ request }: Parameters<Fault>[0]): void {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n';
  request.socket.end(`${head}{"count":0`);
}
