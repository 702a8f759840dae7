import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect } from 'vitest';
import { print } from '../../support/meter-line.ts';
import { asText } from '../../support/scene.ts';
import { until } from '../../support/service.ts';
import { asEvcc } from '../../support/stream-reader.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';
import { refusal, WebSocketReader } from '../../support/web-socket-reader.ts';

/** Telegrams over a WebSocket, as evcc's template for the Homey dongle reads them: `ws://{host}/ws`. */

const OPEN_TO_ALL = { ...HTTP, anonymous: ['telegrams', 'sessions'] };

test('each message is a telegram, as the meter printed it, in order, for every reader; it ends with the service', async ({
  scene,
}) => {
  const [house, barn] = [await scene.tcpLine(), await scene.tcpLine()];
  const sources = [
    { ...house.source, name: 'house' },
    { ...barn.source, name: 'barn' },
  ];
  const service = await scene.service({ config: { sources, http: OPEN_TO_ALL } });
  const url = await webUrl(service);
  await Promise.all([house.opened(), barn.opened()]);
  const [first, second, ofBarn] = [
    await new WebSocketReader(url).open(),
    await new WebSocketReader(url, '/ws?meter=house').open(),
    await new WebSocketReader(url, '/ws?meter=barn').open(),
  ];
  const [atHouse, atBarn] = [scene.telegrams(20, { seed: 1 }), scene.telegrams(10, { seed: 2 })];
  await Promise.all([print(house, atHouse, 40), print(barn, atBarn, 80)]);
  await Promise.all([first.has(20), second.has(20), ofBarn.has(10)]);
  expect(first.messages).toEqual(asText(atHouse));
  expect(second.messages).toEqual(asText(atHouse));
  expect(ofBarn.messages).toEqual(asText(atBarn));
  expect(asEvcc(Buffer.from(first.messages.join('')))).toHaveLength(20);

  const listed = (await askWeb(url, '/edge/v1/sessions?kind=ws')).json() as { data: Record<string, unknown>[] };
  expect(listed.data.map(({ status, ip_address }) => [status, ip_address])).toEqual(
    Array.from({ length: 3 }, () => ['running', '127.0.0.1']),
  );
  expect(listed.data.map(({ items }) => items).sort()).toEqual([10, 20, 20]);
  expect(await service.stop()).toBe(0);
  await until(() => first.ended !== undefined, 5_000);
  expect(first.ended).toEqual([1001, 'the service stopped']);
});

describe('who may read', () => {
  test('needs a key with the scope for telegrams, and its connection ends with the key', async ({ house }) => {
    const { service, url } = house;
    const key = addKey(service.stateDir, 'reader', ['telegrams:read']);
    const other = addKey(service.stateDir, 'other', ['usage:read']);
    expect(await refusal(url, '/ws')).toMatchObject([401, { scope: 'telegrams:read' }]);
    expect(await refusal(url, '/ws', bearer(other))).toMatchObject([403, { scope: 'telegrams:read' }]);
    const reader = await new WebSocketReader(url, '/ws', { headers: { 'x-authkey': key } }).open();
    await reader.has(2);

    const root = addKey(service.stateDir, 'root-of-ws', ['admin']);
    const { data } = (await askWeb(url, '/edge/v1/keys', bearer(root))).json() as {
      data: { id: string; name: string }[];
    };
    const { id } = data.find(({ name }) => name === 'reader')!;
    await askWeb(url, `/edge/v1/keys/${id}`, { method: 'DELETE', ...bearer(root) });
    await until(() => reader.ended !== undefined, 5_000);
    expect(reader.ended).toEqual([1008, 'key ended']);
  });

  test('is no page of another site, whatever key its browser sends along', async ({ house }) => {
    const { service, url } = house;
    const key = addKey(service.stateDir, 'browser', ['telegrams:read']);
    const headers = { 'x-authkey': key };
    expect(await refusal(url, '/ws', { headers: { ...headers, origin: 'http://evil.example' } })).toMatchObject([
      403,
      {},
    ]);
    expect(await refusal(url, '/ws', { headers: { ...headers, host: 'evil.example' } })).toMatchObject([421, {}]);
    const own = await new WebSocketReader(url, '/ws', { headers: { ...headers, origin: url } }).open();
    own.close();
  });

  test('of a key for some meters gets those of them only', async ({ house }) => {
    const { service, url } = house;
    const gas = addKey(service.stateDir, 'gas', ['telegrams:read'], { meters: ['house-gas'] });
    const all = addKey(service.stateDir, 'both', ['telegrams:read'], { meters: ['house', 'house-gas'] });
    const none = await new WebSocketReader(url, '/ws', bearer(gas)).open();
    const some = await new WebSocketReader(url, '/ws', bearer(all)).open();
    await some.has(5);
    expect(none.messages).toEqual([]);
    expect(await refusal(url, '/ws?meter=barn', bearer(all))).toMatchObject([404, {}]);
    [none, some].forEach((reader) => reader.close());
  });

  test('comes with a WebSocket; and a request that offers HTTP/2 is answered as any other', async ({ house }) => {
    const { service, url } = house;
    const key = addKey(service.stateDir, 'plain', ['telegrams:read', 'admin']);
    const plain = await askWeb(url, '/ws', bearer(key));
    expect([plain.status, plain.headers.upgrade]).toEqual([426, 'websocket']);
    const head = 'Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';
    const body = JSON.stringify({ name: 'made-over-http2', scopes: ['usage:read'] });
    const post = `Content-Type: application/json\r\nX-AUTHKEY: ${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    let answers = '';
    socket.on('data', (text: string) => (answers += text));
    socket.write(`GET /livez HTTP/1.1\r\n${head}\r\n\r\n`);
    await until(() => answers.includes('ok\n'), 5_000);
    socket.write(`POST /edge/v1/keys HTTP/1.1\r\n${head}\r\n${post}`);
    await until(() => answers.includes('made-over-http2'), 5_000);
    expect(answers.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 201']);
    socket.destroy();
  });
});

test('eight of one address are let in, and room comes back with those that leave; who talks is dropped', async ({
  scene,
}) => {
  const service = await scene.service({
    config: { source: { type: 'simulator', name: 'house', interval: '100ms' }, http: OPEN_TO_ALL },
  });
  const url = await webUrl(service);
  const readers = Array.from({ length: 8 }, () => new WebSocketReader(url));
  await Promise.all(readers.map(async (reader) => reader.has(2)));
  expect(await refusal(url, '/ws')).toMatchObject([503, {}]);

  const [talker, longWinded, leaver] = readers;
  for (let n = 0; n < 40; n++) talker!.socket.send('x'.repeat(2_000));
  longWinded!.socket.send('x'.repeat(5_000));
  leaver!.close();
  await until(() => talker!.ended !== undefined && longWinded!.ended !== undefined, 5_000);
  expect([talker!.ended![0], longWinded!.ended![0]]).toEqual([1006, 1009]);
  const finished = async (): Promise<string[]> => {
    const answer = await askWeb(url, '/edge/v1/sessions?kind=ws&status=finished');
    return (answer.json() as { data: { message: string }[] }).data.map(({ message }) => message).sort();
  };
  await until(async () => (await finished()).length === 3, 5_000);
  expect(await finished()).toEqual(['client left', 'client left', 'talkative']);
  const again = await new WebSocketReader(url).open();
  await again.has(1);
  again.close();
  await once(again.socket, 'close');
});
