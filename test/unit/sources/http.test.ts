import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { http } from '../../../src/sources/http.ts';
import type { Source } from '../../../src/sources/source.ts';
import { kit } from '../../../src/settings/values.ts';

import { simulateHouse } from '../../../src/simulator/house.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A far side on a free port. */
async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const QUICK = { interval: 5, timeout: 1_000 };

function sourceAt(url: string, more: { readonly token?: string } = {}): Source {
  return http.create({ url, ...QUICK, ...more });
}

/** The first texts that a source gives. */
async function first(source: Source, count: number): Promise<string[]> {
  const given: string[] = [];
  for await (const bytes of source.open(new AbortController().signal)) {
    given.push(Buffer.from(bytes).toString('latin1'));
    if (given.length === count) break;
  }
  return given;
}

async function failure(listener: RequestListener, path = ''): Promise<string> {
  const { url } = await serve(listener);
  const error = await first(sourceAt(url + path), 1).catch((reason: unknown) => reason);
  return (error as Error).message.replace(url, 'URL');
}

function telegrams(count: number): Buffer[] {
  const house = simulateHouse({ start: new Date('2026-03-01T12:00:00Z'), seed: 4, phases: 3 });
  return Array.from({ length: count }, () => house.next().value);
}

const OLD_METER = Buffer.from('/KMP5 KA6U\r\n\r\n1-0:1.8.1(00001.000*kWh)\r\n!\r\n');

describe('what it gives', () => {
  test('each telegram once, however often it is served, in order and byte for byte', async () => {
    const printed = telegrams(5);
    let asked = 0;
    const { url } = await serve((_, response) => response.end(printed[Math.min(4, Math.floor(asked++ / 3))]));
    expect(await first(sourceAt(url), 5)).toEqual(printed.map((one) => one.toString('latin1')));
  });

  test('nothing twice over another connection, nor what the journal had before the start', async () => {
    const [one, two, three] = telegrams(3) as [Buffer, Buffer, Buffer];
    let served = one;
    const { url } = await serve((_, response) => response.end(served));
    const source = sourceAt(url);
    source.recall?.(one);
    const given = first(source, 1);
    setTimeout(() => (served = two), 50);
    expect(await given).toEqual([two.toString('latin1')]);
    const again = first(source, 1);
    setTimeout(() => (served = three), 50);
    expect(await again).toEqual([three.toString('latin1')]);
  });

  test('a telegram that comes in pieces, with bytes above 0x7F and without a line end', async () => {
    const text = '/ISK5\\X \xe9\xff\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!ABCD';
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write(Buffer.from(text.slice(0, 10), 'latin1'));
      setTimeout(() => response.end(Buffer.from(text.slice(10), 'latin1')), 50);
    });
    expect(await first(sourceAt(url), 1)).toEqual([`${text}\r\n`]);
  });

  test('signs of life of a meter without a clock, which may print the same; of one with a clock none', async () => {
    const { url } = await serve((_, response) => response.end(OLD_METER));
    const source = sourceAt(url);
    expect(await first(source, 3)).toEqual([OLD_METER.toString('latin1'), '', '']);
    const [modern] = telegrams(1);
    const other = await serve((_, response) => response.end(modern));
    const silent = sourceAt(other.url);
    const stop = new AbortController();
    const bytes = silent.open(stop.signal)[Symbol.asyncIterator]();
    await bytes.next();
    expect(silent.whySilent?.()).toBeUndefined();
    const next = bytes.next();
    await expect.poll(() => silent.whySilent?.()).toMatch(/the same telegram: look at the meter/);
    stop.abort();
    expect(await next).toMatchObject({ done: true });
  });
});

describe('how it asks', () => {
  test.each([
    ['', '/api/v1/telegram', undefined],
    ['/', '/api/v1/telegram', undefined],
    ['/edge/v1/telegrams/latest?meter=barn', '/edge/v1/telegrams/latest?meter=barn', 'Bearer the-key'],
  ])('at %j for %s', async (path, expected, authorization) => {
    const asked: unknown[] = [];
    const { url } = await serve((request, response) => {
      asked.push([request.method, request.url, request.headers.authorization]);
      response.end(OLD_METER);
    });
    await first(sourceAt(url + path, authorization === undefined ? {} : { token: 'the-key' }), 1);
    expect(asked[0]).toEqual(['GET', expected, authorization]);
  });

  test.each([500, 10_000])('again after an interval of %i ms, and not before', async (interval) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    let asked = 0;
    const { url } = await serve((_, response) => {
      asked += 1;
      response.end(OLD_METER);
    });
    const stop = new AbortController();
    const given: number[] = [];
    const all = (async () => {
      const bytes = http.create({ url, interval, timeout: 60_000 }).open(stop.signal);
      for await (const some of bytes) given.push(some.length);
    })();
    for (const round of [1, 2, 3]) {
      // `expect.poll` would move the clock.
      while (given.length < round) await wait(5);
      await vi.advanceTimersByTimeAsync(interval - 1);
      // A request that should not be has time to come.
      await wait(30);
      expect(asked).toBe(round);
      await vi.advanceTimersByTimeAsync(1);
    }
    stop.abort();
    await all;
  });

  test('over one connection, one request after the other', async () => {
    let [sockets, underWay, most, asked] = [0, 0, 0, 0];
    const { url, server } = await serve((_, response) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay -= 1;
        response.end(OLD_METER.toString('latin1').replace('00001', String(10_000 + asked++)));
      }, 20);
    });
    server.on('connection', () => (sockets += 1));
    await first(sourceAt(url), 10);
    expect([sockets, most]).toEqual([1, 1]);
  });

  test('an answer that is lost now and then is no trouble, three in a row are', async () => {
    const printed = telegrams(2);
    const answers = [printed[0], undefined, undefined, printed[1], undefined, undefined, undefined];
    const { url } = await serve((_, response) => {
      const answer = answers.shift();
      if (answer === undefined) response.destroy();
      else response.end(answer);
    });
    const given: number[] = [];
    const all = (async () => {
      for await (const bytes of sourceAt(url).open(new AbortController().signal)) given.push(bytes.length);
    })();
    await expect(all).rejects.toThrow(`${url} cut the connection before it answered`);
    expect(given).toEqual(printed.map(({ length }) => length));
  });
});

describe('what it says of', () => {
  const answer =
    (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
    (_, response) =>
      response.writeHead(status, headers).end(body);
  const disabled = '{"error":{"id":202,"description":"API not enabled"}}';

  test.each<[string, RequestListener, string]>([
    ['a web page', answer(200, '<!doctype html><p>router'), 'answers with a web page, expected a telegram: is url'],
    [
      'JSON',
      answer(200, '{"wifi_ssid":"x"}'),
      'answers with JSON, expected a telegram: the path for it is /api/v1/tel',
    ],
    ['nothing', answer(200, ' \r\n'), 'answers with nothing, expected a telegram'],
    ['another text', answer(200, 'hello'), 'answers with what is no telegram: is url'],
    ['an API that is off', answer(403, disabled), 'has its local API switched off: switch it on in the HomeWizard app'],
    ['another 403', answer(403, 'no'), 'does not let this in: see the rights of token'],
    ['a key that is missing', answer(401, ''), 'asks for a key: set token to a key of that p1-relay'],
    ['another path', answer(404, ''), 'has no telegram there: check url'],
    ['a name that is not its own', answer(421, ''), 'does not go by this name: put its address into url'],
    ['a meter that is silent there', answer(503, ''), 'has no telegram to give at the moment: look at the meter'],
    ['a fault', answer(500, ''), 'answered with status 500, expected a telegram: check url'],
    [
      'a redirect',
      answer(302, '', { location: 'https://other.example/login?key=secret' }),
      'sends on to https://other.example/login: set url to the place itself',
    ],
    ['a redirect to nowhere', answer(301, ''), 'sends on to somewhere else: set url to the place itself'],
  ])('%s', async (_, listener, expected) => {
    const message = await failure(listener, '/p?meter=secret');
    expect(message.startsWith(`URL/p ${expected}`), message).toBe(true);
    expect(message).not.toContain('secret');
  });

  test('a body without an end, and one that trickles', async () => {
    const endless = await failure((_, response) => {
      const more = (): boolean => response.write('/'.repeat(1_000));
      response.on('close', () => clearInterval(timer));
      const timer = setInterval(more, 1);
    });
    expect(endless).toBe('URL/api/v1/telegram answers with more than 16384 bytes, expected one telegram');
    const trickle = await failure((_, response) => {
      const timer = setInterval(() => response.write('/'), 100);
      response.on('close', () => clearInterval(timer));
    });
    expect(trickle).toBe('URL/api/v1/telegram cut its answer short, or took too long over it');
  });

  test('one that is cut, one that says nothing, one that speaks no HTTP', async () => {
    const cut = await failure((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('/ISK5', () => response.destroy());
    });
    expect(cut).toBe('URL/api/v1/telegram cut its answer short, or took too long over it');
    expect(await failure(() => undefined)).toBe('URL gave no answer within 1 s');
    const server = createTcpServer((socket) => socket.on('error', () => undefined).end('/ISK5\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    endings.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(first(sourceAt(url), 1)).rejects.toThrow(`${url} does not speak HTTP`);
  });

  test('a place where nothing listens', async () => {
    const { url, server } = await serve(() => undefined);
    await new Promise((closed) => server.close(closed));
    await expect(first(sourceAt(url), 1)).rejects.toThrow(`${url} refuses the connection`);
  });
});

test('a certificate that cannot be read is named', () => {
  const make = (): Source => http.create({ url: 'https://meterpi', ...QUICK, ca: '/no/such.pem' });
  expect(make).toThrow('ca: /no/such.pem cannot be read; expected a file with a certificate (PEM)');
});

test('a far side that never ends its answers costs no memory and no connection', async () => {
  let open = 0;
  const { url, server } = await serve((_, response) => {
    const more = (): void => {
      if (response.destroyed) return;
      response.write('/'.repeat(60_000));
      setImmediate(more);
    };
    more();
  });
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => (open -= 1));
  });
  const source = sourceAt(url);
  for (let time = 0; time < 5; time++) await expect(first(source, 1)).rejects.toThrow('more than 16384 bytes');
  await expect.poll(() => open).toBe(0);
});

describe('its settings', () => {
  const read = (settings: object) => http.settings(kit).safeParse(settings);

  test('once a second where nothing else is said', () => {
    expect(read({ url: 'http://192.168.1.30' }).data).toEqual({
      url: 'http://192.168.1.30',
      interval: 1_000,
      timeout: 5_000,
    });
  });

  test.each([
    [{ url: '192.168.1.30' }],
    [{ url: 'ftp://192.168.1.30' }],
    [{ url: 'http://me:secret@192.168.1.30' }],
    [{ url: 'http://192.168.1.30', interval: '499ms' }],
    [{ url: 'http://192.168.1.30', interval: '11s' }],
    [{}],
  ])('refuses %j', (settings) => {
    const { error } = read(settings);
    expect(error?.message).toMatch(/expected/);
    expect(error?.message).not.toContain('secret');
  });
});
