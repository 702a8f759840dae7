import { kit } from '../../src/settings/values.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { endpointTypes } from '../../src/endpoints/index.ts';
import type { Letter } from '../../src/journal/letter.ts';
import { Ambiguous, type Endpoint, Paused, Refused, TryLater, Unreadable } from '../../src/outbox/endpoint.ts';
import { DsmrReader, type DsmrReaderOptions, type Fault, faults } from '../support/dsmr-reader.ts';
import { buildTelegram } from '../support/telegrams.ts';
import { describeWithTools } from '../support/tools.ts';

const KEY = 'SECRETKEY0123456789';
const SERIAL_NUMBER = '4530303434303037313331363530363134';
const NEVER = new AbortController().signal;

const letter: Letter = {
  seq: 1,
  telegram: {
    source: 'meter',
    receivedAt: new Date('2026-01-15T11:00:01Z'),
    checksum: 'valid',
    raw: buildTelegram('/ISK5\\2M550T-1012', [
      '1-3:0.2.8(50)',
      '0-0:1.0.0(260115120000W)',
      `0-0:96.1.1(${SERIAL_NUMBER})`,
      '1-0:1.8.1(000671.578*kWh)',
      '1-0:1.8.2(000842.472*kWh)',
      '1-0:2.8.1(000000.000*kWh)',
      '1-0:2.8.2(000000.000*kWh)',
      '1-0:1.7.0(00.333*kW)',
      '1-0:2.7.0(00.000*kW)',
    ]),
  },
};

const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const { close } of opened.splice(0).reverse()) await close();
});

async function listen(options: DsmrReaderOptions = {}): Promise<DsmrReader> {
  const reader = await new DsmrReader({ key: KEY, ...options }).start();
  opened.push({ close: () => reader.stop() });
  return reader;
}

const { 'dsmr-v1': dsmrV1, 'dsmr-v2': dsmrV2 } = endpointTypes;

describe.each(Object.entries({ 'dsmr-v1': dsmrV1, 'dsmr-v2': dsmrV2 }))('%s', (_, type) => {
  function connect(url: string, settings: Record<string, unknown> = {}): Endpoint {
    const endpoint = type.create(type.settings(kit).parse({ url, key: KEY, ...settings }));
    opened.push({ close: () => endpoint.close?.() ?? Promise.resolve() });
    return endpoint;
  }

  /** What one delivery to a far side with this fault throws; undefined where the letter was taken. */
  async function deliver(fault: Fault | undefined, prepare: (reader: DsmrReader) => void = () => undefined) {
    const reader = await listen();
    prepare(reader);
    reader.fault = fault;
    const error = await failure(connect(reader.url, { timeout: '1s' }).deliver(letter, NEVER));
    return { error, reader };
  }

  test('a good letter is taken and stored once', async () => {
    const { error, reader } = await deliver(undefined);
    expect(error).toBeUndefined();
    expect(reader.rows).toHaveLength(1);
    expect(reader.rows[0]?.reading).toMatchObject({
      timestamp: Date.parse('2026-01-15T12:00:00+01:00'),
      electricity_delivered_1: '671.578',
      electricity_currently_delivered: '0.333',
    });
  });

  test.each<[string, string]>([
    ['a base URL', ''],
    ['a base URL with a slash behind it', '/'],
    ['the full URL of API v1', '/api/v1/datalogger/dsmrreading'],
    ['the full URL of API v2', '/api/v2/datalogger/dsmrreading'],
  ])('%s is understood', async (_, path) => {
    const reader = await listen();
    await connect(reader.url + path).deliver(letter, NEVER);
    expect(reader.rows).toHaveLength(1);
  });

  test('many letters one after the other arrive in order', async () => {
    const reader = await listen({ keepAlive: true });
    const endpoint = connect(reader.url);
    for (let i = 0; i < 50; i++) await endpoint.deliver(letter, NEVER);
    expect(reader.rows.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  describe('pauses, with a remedy, where the endpoint is mis-set:', () => {
    test.each<[string, RegExp, Fault | undefined, (reader: DsmrReader) => void]>([
      ['a wrong key', /Invalid auth key/, undefined, (reader) => (reader.key = 'another')],
      ['an API that is switched off', /API is disabled/, undefined, (reader) => (reader.enabled = false)],
      ['another path', /404/, faults.otherWebServer(404), () => undefined],
      [
        'a redirect',
        /302: to https:\/\/elsewhere\.example\/login/,
        faults.redirect('https://elsewhere.example/login?next=1'),
        () => undefined,
      ],
      ['another web server that says 200', /200: Router/, faults.otherWebServer(), () => undefined],
      ['another web server that says 201', /201: Router/, faults.otherWebServer(201), () => undefined],
      ['a body of 100 MB', /200: xxx/, faults.flood(100_000_000), () => undefined],
      [
        'a server that speaks no HTTP',
        /does not speak HTTP/,
        ({ request }) => void request.socket.end('SSH-2.0-OpenSSH\r\n'),
        () => undefined,
      ],
    ])('%s', async (_, message, fault, prepare) => {
      const { error, reader } = await deliver(fault, prepare);
      expect(error).toBeInstanceOf(Paused);
      expect(error?.message).toMatch(message);
      expect((error as Paused).remedy).toMatch(/^(set|switch|see) /);
      expect(reader.rows).toHaveLength(0);
    });
  });

  describe('tries later where the letter was not taken in:', () => {
    test.each<[string, Fault, number | undefined]>([
      ['503', faults.status(503), undefined],
      ['503 with Retry-After', faults.status(503, { headers: { 'retry-after': '7' } }), 7_000],
      ['429 with Retry-After beyond an hour', faults.status(429, { headers: { 'retry-after': '86400' } }), 3_600_000],
      ['408', faults.status(408), undefined],
    ])('%s', async (_, fault, delayMs) => {
      const { error } = await deliver(fault);
      expect(error).toBeInstanceOf(TryLater);
      expect((error as TryLater).delayMs).toBe(delayMs);
    });

    test('a server that is down', async () => {
      const reader = await listen();
      await reader.stop();
      const error = await failure(connect(reader.url).deliver(letter, NEVER));
      expect(error).toBeInstanceOf(TryLater);
      expect(error?.message).toMatch(/refuses the connection/);
    });

    test('a server that takes the connection but never finishes it', async () => {
      const { url } = await listenForNothing();
      const error = await failure(connect(url, { timeout: '1s' }).deliver(letter, NEVER));
      expect(error).toBeInstanceOf(TryLater);
      expect(error?.message).toMatch(/connected to within 1 s|take the connection in time/);
    });

    test('a server without TLS behind an https address', async () => {
      const reader = await listen();
      const error = await failure(connect(reader.url.replace('http:', 'https:')).deliver(letter, NEVER));
      expect(error).toBeInstanceOf(TryLater);
      expect(error?.message).toMatch(/does not speak TLS/);
    });
  });

  describe('leaves in doubt what may have been stored:', () => {
    test.each<[string, Fault, number]>([
      ['a hang before storing', faults.hang(), 0],
      ['a hang after storing', faults.hang({ stored: true }), 1],
      ['a reset before storing', faults.reset(), 0],
      ['a reset after storing', faults.reset({ stored: true }), 1],
      ['a reset half-way through the status line', faults.cutAfter(10), 1],
      ['a reset half-way through the headers', faults.cutAfter(40), 1],
      ['a hang-up with no answer', faults.hangUp({ stored: true }), 1],
      ['502 of a proxy', faults.status(502, { stored: true, body: '<title>502 Bad Gateway</title>' }), 1],
      ['504 of a proxy', faults.status(504), 0],
      [
        'an error page that names no lasting cause',
        faults.status(500, { body: '<pre>OperationalError: server closed</pre>' }),
        0,
      ],
    ])('%s', async (_, fault, stored) => {
      const { error, reader } = await deliver(fault);
      expect(error).toBeInstanceOf(Ambiguous);
      expect(reader.rows).toHaveLength(stored);
    });

    test('a reset on a connection that was kept alive', async () => {
      const reader = await listen({ keepAlive: true });
      const endpoint = connect(reader.url);
      await endpoint.deliver(letter, NEVER);
      reader.fault = faults.reset({ stored: true });
      expect(await failure(endpoint.deliver(letter, NEVER))).toBeInstanceOf(Ambiguous);
    });
  });

  test('an error page of a database that will never take the telegram refuses it', async () => {
    const { error } = await deliver(faults.exception('InvalidOperation', "[<class 'decimal.InvalidOperation'>]"));
    expect(error).toBeInstanceOf(Refused);
  });

  test('a letter that is too large for it is refused', async () => {
    const { error, reader } = await deliver(faults.status(413));
    expect(error).toBeInstanceOf(Refused);
    expect(reader.rows).toHaveLength(0);
  });

  test('a letter on which the server fails is in doubt, and unreadable where it fails on it again', async () => {
    const reader = await listen();
    reader.fault = faults.exception('DataError', 'value too long for type character varying(2)');
    const endpoint = connect(reader.url);
    expect(await failure(endpoint.deliver(letter, NEVER))).toBeInstanceOf(Ambiguous);
    const error = await failure(endpoint.deliver(letter, NEVER));
    expect(error).toBeInstanceOf(Unreadable);
    expect((error as Unreadable).remedy).toMatch(/^see /);
  });

  test('an answer that drips in byte by byte is still an answer', async () => {
    const { error, reader } = await deliver(faults.drip(1));
    expect(error).toBeUndefined();
    expect(reader.rows).toHaveLength(1);
  });

  test('an answer that comes late, but in time, is an answer', async () => {
    const { error, reader } = await deliver(faults.late(300, 'late'));
    expect(error).toBeUndefined();
    expect(reader.rows).toHaveLength(1);
  });

  test('an interim answer is not yet the answer', async () => {
    const wire = 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n';
    const { error } = await deliver(({ request }) => void request.socket.write(wire));
    expect(error).toBeInstanceOf(TryLater);
  });

  test('where a share of the requests fails, each letter is either stored or said not to be', async () => {
    const reader = await listen();
    reader.fault = faults.share(30, 20_260_115, faults.status(503));
    const endpoint = connect(reader.url);
    const outcomes = [];
    for (let i = 0; i < 40; i++) outcomes.push((await failure(endpoint.deliver(letter, NEVER)))?.name ?? 'taken');
    expect(outcomes.filter((name) => name === 'taken')).toHaveLength(reader.rows.length);
    expect(new Set(outcomes)).toEqual(new Set(['taken', 'TryLater']));
  });

  test('a body that never ends does not take the answer back', async () => {
    const head = 'HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\nso';
    const { error } = await deliver(({ request }) => void request.socket.write(head));
    expect(error).toBeInstanceOf(TryLater);
    expect(error?.message).toMatch(/503: so$/);
  });

  test('a kept-alive connection that the server closes just as we write costs nothing', async () => {
    const reader = await listen({ keepAlive: true });
    const endpoint = connect(reader.url);
    for (let i = 1; i <= 20; i++) {
      await endpoint.deliver(letter, NEVER);
      expect(reader.rows).toHaveLength(i);
      reader.closeIdleConnections();
    }
  });

  test('after any fault the next letter goes', async () => {
    const { reader } = await deliver(faults.hang());
    const endpoint = connect(reader.url, { timeout: '1s' });
    for (const fault of [faults.reset(), faults.flood(1_000_000), faults.status(502), faults.hang()]) {
      reader.fault = fault;
      await failure(endpoint.deliver(letter, NEVER));
      reader.fault = undefined;
      await endpoint.deliver(letter, NEVER);
    }
    expect(reader.rows).toHaveLength(4);
  });

  describe('abort ends it at once', () => {
    test.each<[string, Fault]>([
      ['while the server hangs', faults.hang()],
      ['while the answer drips in', faults.drip(60_000)],
    ])('%s', async (_, fault) => {
      const reader = await listen();
      const reached = new Promise<void>((resolve) => {
        reader.fault = (exchange) => {
          resolve();
          return fault(exchange);
        };
      });
      const stop = new AbortController();
      const delivery = failure(connect(reader.url, { timeout: '10m' }).deliver(letter, stop.signal));
      await reached;
      stop.abort(new Error('stopping'));
      expect((await delivery)?.message).toBe('stopping');
    });

    test('while the connection is being made', async () => {
      const { url, reached } = await listenForNothing();
      const stop = new AbortController();
      const delivery = failure(connect(url, { timeout: '10m' }).deliver(letter, stop.signal));
      await reached;
      stop.abort(new Error('stopping'));
      expect((await delivery)?.message).toBe('stopping');
    });

    test('before anything began', async () => {
      const reader = await listen();
      const error = await failure(connect(reader.url).deliver(letter, AbortSignal.abort(new Error('stopping'))));
      expect(error?.message).toBe('stopping');
      expect(reader.requests).toHaveLength(0);
    });
  });

  test('no error text holds the key or a serial number, whatever the far side repeats', async () => {
    const parrot = `{"detail":"key ${KEY} of meter ${SERIAL_NUMBER}\r\nis\u0007 wrong"}`;
    const { error } = await deliver(faults.status(403, { body: parrot, headers: { location: `/?key=${KEY}` } }));
    expect(error?.message).not.toContain(KEY);
    expect(error?.message).not.toContain(SERIAL_NUMBER);
    expect(error?.message).toMatch(/^[^\u0000-\u001f]{1,300}$/);
  });

  test('the letter is left as it was', async () => {
    const before = Buffer.from(letter.telegram.raw);
    await deliver(undefined);
    expect(letter.telegram.raw.equals(before)).toBe(true);
  });

  describe('the question whether it was taken', () => {
    /** The fate of the letter after one attempt with this fault, as a process that began afterwards hears it. */
    async function fate(fault: Fault, prepare: (reader: DsmrReader) => void = () => undefined) {
      const { reader } = await deliver(fault);
      reader.fault = undefined;
      prepare(reader);
      const rows = reader.rows.length;
      const endpoint = connect(reader.url, { timeout: '1s' });
      const answer = await endpoint.wasTaken?.(letter, [], NEVER).catch((error: unknown) => error);
      expect(reader.rows).toHaveLength(rows);
      return answer;
    }

    test.each<[string, Fault, string]>([
      ['a reset after storing', faults.reset({ stored: true }), 'taken'],
      ['a hang after storing', faults.hang({ stored: true }), 'taken'],
      ['504 after storing', faults.status(504, { stored: true }), 'taken'],
      ['a reset before storing', faults.reset(), 'absent'],
      ['502 without storing', faults.status(502), 'absent'],
    ])('%s: it tells', async (_, fault, expected) => {
      expect(await fate(fault)).toBe(expected);
    });

    test.each<[string, (reader: DsmrReader) => void]>([
      ['a wrong key', (reader) => (reader.key = 'another')],
      ['a disabled API', (reader) => (reader.enabled = false)],
      ['another web server', (reader) => (reader.fault = faults.otherWebServer())],
      ['a redirect', (reader) => (reader.fault = faults.redirect('https://elsewhere.example'))],
      ['no list', (reader) => (reader.fault = faults.onlyFor('list', faults.status(404)))],
    ])('%s leaves it unknown', async (_, prepare) => {
      expect(await fate(faults.reset({ stored: true }), prepare)).toBe('unknown');
    });

    test.each<[string, Fault, typeof TryLater | typeof Ambiguous]>([
      ['a hang', faults.hang(), Ambiguous],
      ['a reset', faults.reset(), Ambiguous],
      ['an error page', faults.exception('OperationalError', 'refused'), Ambiguous],
      ['a plea to wait', faults.status(503, { headers: { 'retry-after': '7' } }), TryLater],
    ])('%s leaves it to be asked again', async (_, fault, expected) => {
      expect(await fate(faults.reset({ stored: true }), (reader) => (reader.fault = fault))).toBeInstanceOf(expected);
    });
  });

  describe('the probe', () => {
    const probe = async (prepare: (reader: DsmrReader) => void): Promise<Error | undefined> => {
      const reader = await listen();
      prepare(reader);
      const error = await failure(connect(reader.url, { timeout: '1s' }).probe?.(NEVER) ?? Promise.resolve());
      expect(reader.rows).toHaveLength(0);
      return error;
    };

    test('resolves where key and API are right', async () => {
      expect(await probe(() => undefined)).toBeUndefined();
    });
    test.each<[string, (reader: DsmrReader) => void, typeof Paused | typeof TryLater]>([
      ['pauses on a wrong key', (reader) => (reader.key = 'another'), Paused],
      ['pauses on a disabled API', (reader) => (reader.enabled = false), Paused],
      ['pauses on another web server', (reader) => (reader.fault = faults.otherWebServer()), Paused],
      ['has nothing in doubt after a hang', (reader) => (reader.fault = faults.hang()), TryLater],
      ['has nothing in doubt after a 502', (reader) => (reader.fault = faults.status(502)), TryLater],
    ])('%s', async (_, prepare, expected) => {
      expect(await probe(prepare)).toBeInstanceOf(expected);
    });
  });

  describeWithTools('TLS', ['openssl'], () => {
    const temporaryFolder = (): string => {
      const folder = mkdtempSync(join(tmpdir(), 'p1-relay-tls-'));
      opened.push({ close: () => rm(folder, { recursive: true }) });
      return folder;
    };

    test('a server with the certificate of another host gets no letter', async () => {
      const folder = temporaryFolder();
      const reader = await listen({ tls: selfSigned(folder, 'DNS:elsewhere.example') });
      const error = await failure(connect(reader.url, { ca: join(folder, 'cert.pem') }).deliver(letter, NEVER));
      expect(error).toBeInstanceOf(TryLater);
      expect(error?.message).toMatch(/certificate for another host name/);
      expect(reader.requests).toHaveLength(0);
    });

    test('a server that signs its own certificate is taken with ca, and named without', async () => {
      const folder = temporaryFolder();
      const reader = await listen({ tls: selfSigned(folder) });
      const error = await failure(connect(reader.url).deliver(letter, NEVER));
      expect(error).toBeInstanceOf(TryLater);
      expect(error?.message).toMatch(/certificate that nobody known here signed: set ca/);
      await connect(reader.url, { ca: join(folder, 'cert.pem') }).deliver(letter, NEVER);
      expect(reader.rows).toHaveLength(1);
    });
  });

  test('a ca file that is not there is named', () => {
    expect(() => connect('https://dsmr.invalid', { ca: '/nowhere/ca.pem' })).toThrow('/nowhere/ca.pem');
  });
});

/** A port that takes connections and says nothing: TLS to it is for ever being made. */
async function listenForNothing(): Promise<{ url: string; reached: Promise<void> }> {
  const server = createServer();
  const reached = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      opened.push({ close: () => Promise.resolve(void socket.destroy()) });
      resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => Promise.resolve(void server.close()) });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, reached };
}

async function failure(promise: Promise<unknown>): Promise<Error | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
}

function selfSigned(folder: string, name = 'IP:127.0.0.1'): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', `subjectAltName=${name}`];
  const files = ['-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
