import { once } from 'node:events';
import { expect } from 'vitest';
import { print } from '../support/meter-line.ts';
import { asText, test } from '../support/scene.ts';
import { asEvcc, asHomeAssistant, streamPort, StreamReader } from '../support/stream-reader.ts';
import { fixture } from '../support/telegrams.ts';

/** Raw telegrams over TCP, as Home Assistant and evcc read them. */

const STREAM = { enabled: true, listen: '127.0.0.1:0' };

test('every reader gets every telegram, whole, in order and as the meter printed it; the newest at once', async ({
  scene,
}) => {
  const line = await scene.tcpLine();
  const service = await scene.service({ config: { source: line.source, stream: STREAM } });
  const port = await streamPort(service);
  await line.opened();
  const telegrams = scene.telegrams(12);
  const readers = [new StreamReader(port), new StreamReader(port)];
  await Promise.all(readers.map(({ socket }) => once(socket, 'connect')));
  await print(line, telegrams, 50);
  await Promise.all(readers.map((reader) => reader.has(12)));

  for (const reader of readers) {
    expect(asHomeAssistant(reader.bytes)).toEqual({ telegrams: asText(telegrams), rest: '' });
    expect(asEvcc(reader.bytes)).toEqual(asText(telegrams));
  }
});

test('of two meters it carries the one that is named, and what is no telegram is not in it', async ({ scene }) => {
  const [house, barn] = [await scene.tcpLine(), await scene.tcpLine()];
  const sources = [
    { ...house.source, name: 'house' },
    { ...barn.source, name: 'barn' },
  ];
  const service = await scene.service({ config: { sources, stream: { ...STREAM, source: 'barn' } } });
  const port = await streamPort(service);
  await Promise.all([house.opened(), barn.opened()]);
  const [ofHouse, ofBarn] = [scene.telegrams(5, { seed: 1 }), scene.telegrams(5, { seed: 2 })];
  const broken = Buffer.from(ofBarn[0]!);
  broken[200]! ^= 1;
  const reader = new StreamReader(port);
  await once(reader.socket, 'connect');
  await Promise.all([print(house, ofHouse, 40), print(barn, [broken, ...ofBarn], 40)]);
  await reader.has(5);

  expect(asHomeAssistant(reader.bytes)).toEqual({ telegrams: asText(ofBarn), rest: '' });
});

test('a meter without a CRC16 gets one where that is asked for, and is printed as strict readers want it', async ({
  scene,
}) => {
  const line = await scene.tcpLine();
  const source = { ...line.source, checksum: 'absent' };
  const service = await scene.service({ config: { source, stream: { ...STREAM, addChecksum: true } } });
  const reader = new StreamReader(await streamPort(service));
  await line.opened();
  scene.hide(fixture('nl-dsmr-3.0.txt'));
  await line.write(fixture('nl-dsmr-3.0.txt'));
  await reader.has(1);

  const upToMark = fixture('nl-dsmr-3.0.txt').toString('latin1').trimEnd();
  // From the manifest of the fixtures.
  expect(reader.bytes.toString('latin1')).toBe(`${upToMark}8E4F\r\n`);
  expect(asEvcc(reader.bytes)).toHaveLength(1);
});
