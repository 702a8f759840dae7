import { connect } from 'node:net';
import { expect } from 'vitest';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, telegramsAt, test } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { asHomeAssistant, streamPort, StreamReader } from '../support/stream-reader.ts';
import { buildTelegram } from '../support/telegrams.ts';
import { askWeb, HTTP, webUrl } from '../support/web.ts';
import { WebSocketReader } from '../support/web-socket-reader.ts';

/** Readers of the stream that are many, never read, or talk: they take nothing from the others, nor from delivery. */

/** So many of 8 kB: for each reader that does not read far more than the kernel holds for it. */
const TELEGRAMS = 700;
const BATCH = 20;
const ASLEEP = 8;

test('readers that never read, one that talks and 200 at once: the others read on, and delivery does', async ({
  scene,
}) => {
  const server = await scene.server();
  const [home] = endpointsOf({ home: [server, 'v1'] });
  const [house, barn] = [await scene.tcpLine(), await scene.tcpLine()];
  const service = await scene.service({
    config: {
      sources: [
        { ...house.source, name: 'house' },
        { ...barn.source, name: 'barn' },
      ],
      endpoints: [{ ...home, source: 'barn' }],
      http: { ...HTTP, anonymous: ['status', 'telegrams', 'sessions'] },
      stream: { enabled: true, listen: '127.0.0.1:0', source: 'house', maxPerAddress: 16 },
    },
  });
  const [port, url] = [await streamPort(service), await webUrl(service)];
  await Promise.all([house.opened(), barn.opened()]);
  const good = [new StreamReader(port), new StreamReader(port)];
  const [overWeb, asleepOverWeb] = [await new WebSocketReader(url).open(), await new WebSocketReader(url).open()];
  asleepOverWeb.socket.pause();
  const asleep = Array.from({ length: ASLEEP }, () => connect(port, '127.0.0.1').pause());
  asleep.forEach((socket) => socket.on('error', () => undefined));
  const talker = new StreamReader(port);
  await until(async () => (await counted(url, 'clients{kind="tcp"}')) === good.length + ASLEEP + 1, 10_000);
  talker.socket.write(Buffer.alloc(100_000, 'x'));
  await until(() => talker.isClosed, 5_000);

  const crowd = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').resume());
  crowd.forEach((socket) => socket.on('error', () => undefined));
  const room = 16 - good.length - ASLEEP;
  await until(async () => (await counted(url, 'refused_total{kind="tcp",reason="full"}')) === 200 - room, 10_000);
  for (const socket of crowd) socket.resetAndDestroy();

  const ofBarn = scene.telegrams(40);
  const delivering = print(barn, ofBarn, 50);
  const big = Array.from({ length: TELEGRAMS }, (_, n) => bigTelegram(n));
  let written = 0;
  for (let n = 0; n < TELEGRAMS; n += BATCH) {
    const batch = Buffer.concat(big.slice(n, n + BATCH));
    await house.write(batch);
    written += batch.length;
    await until(() => good.every(({ size }) => size >= written), 10_000);
  }
  await delivering;
  await until(() => server.rows.length === ofBarn.length && overWeb.messages.length === TELEGRAMS, 10_000);

  expect(telegramsAt(server)).toEqual(asText(ofBarn));
  for (const reader of good) expect(asHomeAssistant(reader.bytes)).toEqual({ telegrams: asText(big), rest: '' });
  expect(overWeb.messages).toEqual(asText(big));
  expect(await counted(url, 'dropped_total{kind="tcp",reason="slow"}')).toBe(ASLEEP);
  expect(await counted(url, 'dropped_total{kind="ws",reason="slow"}')).toBe(1);
  expect(await counted(url, 'dropped_total{kind="tcp",reason="talkative"}')).toBe(1);
  expect(await counted(url, 'clients{kind="tcp"}')).toBe(good.length);
  expect(service.lines.filter((line) => line.includes('stream: a client'))).toHaveLength(3);
  expect((await service.health()).status).toBe('pass');
  asleep.forEach((socket) => socket.destroy());
  [overWeb, asleepOverWeb].forEach((reader) => reader.close());
});

/** What the service counted of the stream; undefined where it did not. */
async function counted(url: string, what: string): Promise<number | undefined> {
  const { text } = await askWeb(url, '/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`p1_stream_${what} `));
  return line === undefined ? undefined : Number(line.split(' ')[1]);
}

function bigTelegram(n: number): Buffer {
  const messages = Array.from({ length: 8 }, (_, index) => `0-${index}:96.13.0(${'3F'.repeat(500)})`);
  return buildTelegram('/ISK5\\MADE-UP', [`1-0:1.8.1(${String(n).padStart(6, '0')}.000*kWh)`, ...messages]);
}
