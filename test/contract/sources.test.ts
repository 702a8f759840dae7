import { kit } from '../../src/settings/values.ts';
import { getEventListeners, once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { sourceTypes } from '../../src/sources/index.ts';
import type { Source, SourceType } from '../../src/sources/source.ts';
import { simulateHouse } from '../../src/simulator/house.ts';
import { openPty, ptyAvailable, type Pty } from '../support/pty.ts';

/** A source with the other side that it reads from. */
interface Rig {
  /** Gives exactly `payload` after each `send`, and then waits. */
  readonly source: Source;
  readonly payload: Buffer;
  /** Called while the source is open. */
  send(): Promise<void>;
  /** Ends the connection from the other side, and gets ready for the next. Undefined where there is no other side. */
  readonly lose?: () => Promise<void>;
  close(): Promise<void>;
}

// Every byte value, both kinds of line end, an empty line, and no line end behind the last.
const BYTES = Buffer.concat([
  Buffer.from('/ISK5\\2M550T-1012\r\n\r\n1-0:1.8.1(000001.000*kWh)\nno line end: '),
  Buffer.from(Array.from({ length: 256 }, (_, value) => value)),
]);

/** Of ingest no bytes come. */
const rigs: Record<Exclude<keyof typeof sourceTypes, 'ingest'>, () => Promise<Rig>> = {
  async serial() {
    const first = await openPty();
    const link = first.path;
    let pty: Pty = first;
    return {
      source: make(sourceTypes.serial, { port: link }),
      payload: BYTES,
      send: () => pty.write(BYTES),
      async lose() {
        await pty.hangUp();
        pty = await openPty({ link });
      },
      async close() {
        await pty.hangUp();
        await first.close();
      },
    };
  },
  async tcp() {
    let client: Socket | undefined;
    const server = createServer((connected) => (client = connected)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const lose = () => {
      client?.destroy();
      client = undefined;
      return Promise.resolve();
    };
    return {
      source: make(sourceTypes.tcp, { host: '127.0.0.1', port: (server.address() as AddressInfo).port }),
      payload: BYTES,
      async send() {
        if (client === undefined) await once(server, 'connection');
        client?.write(BYTES);
      },
      lose,
      async close() {
        await lose();
        await new Promise((closed) => server.close(closed));
      },
    };
  },
  async http() {
    const server = createHttpServer((_, response) => response.end(BYTES)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      // What one source has given it does not give again, over another connection neither.
      get source() {
        return make(sourceTypes.http, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
      },
      payload: Buffer.concat([BYTES, Buffer.from('\r\n')]),
      send: () => Promise.resolve(),
      close: () => new Promise((closed) => server.close(() => closed())),
    };
  },
  async file() {
    const folder = await mkdtemp(join(tmpdir(), 'p1-relay-file-'));
    const path = join(folder, 'capture');
    const telegram = Buffer.from('noise/ISK5\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!ABCD\r\n');
    await writeFile(path, Buffer.concat([telegram, telegram]));
    return {
      source: make(sourceTypes.file, { path, telegramsPerSecond: 0.001 }),
      payload: telegram,
      send: () => Promise.resolve(),
      close: () => rm(folder, { recursive: true }),
    };
  },
  simulator() {
    const start = '2025-03-30T01:59:59+01:00';
    return Promise.resolve({
      source: make(sourceTypes.simulator, { start, interval: '1h' }),
      payload: simulateHouse({ start: new Date(start), seed: 1, phases: 3 }).next().value,
      send: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  },
};

function make<S extends z.ZodObject>(type: SourceType<S>, settings: z.input<S>): Source {
  return type.create(type.settings(kit).parse(settings));
}

if (!ptyAvailable.yes) console.warn(`the serial source is not tested: ${ptyAvailable.reason}`);

describe.each(Object.entries(rigs))('the %s source', (name, createRig) => {
  const here = test.skipIf(name === 'serial' && !ptyAvailable.yes);
  let rig: Rig;
  let stop: AbortController;
  beforeEach(async () => {
    rig = await createRig();
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await rig.close();
  });

  here('gives every byte as it came', async () => {
    const bytes = rig.source.open(stop.signal)[Symbol.asyncIterator]();
    expect(await exchange(bytes, rig)).toEqual(rig.payload);
  });

  here('ends at once and without an error when its signal aborts', async () => {
    const bytes = rig.source.open(stop.signal)[Symbol.asyncIterator]();
    await exchange(bytes, rig);
    const waiting = bytes.next();
    stop.abort();
    expect(await waiting).toMatchObject({ done: true });
  });

  here('gives nothing when its signal has aborted before', async () => {
    stop.abort();
    const bytes = rig.source.open(stop.signal)[Symbol.asyncIterator]();
    expect(await bytes.next()).toMatchObject({ done: true });
  });

  here('leaves no listener and no open file behind, ended by its signal or by its reader', async () => {
    const before = openFiles();
    for (const end of ['signal', 'reader']) {
      const own = new AbortController();
      const bytes = rig.source.open(own.signal)[Symbol.asyncIterator]();
      await exchange(bytes, rig);
      if (end === 'signal') own.abort();
      else await bytes.return?.();
      await bytes.next();
      await expect.poll(() => getEventListeners(own.signal, 'abort')).toEqual([]);
      await rig.lose?.();
    }
    await expect.poll(openFiles).toBeLessThanOrEqual(before);
  });

  if (name === 'serial' || name === 'tcp') {
    here('ends or throws when the connection is lost, and can be opened again', async () => {
      for (let time = 0; time < 3; time++) {
        const bytes = rig.source.open(stop.signal)[Symbol.asyncIterator]();
        expect(await exchange(bytes, rig)).toEqual(rig.payload);
        await rig.lose?.();
        const end = await bytes.next().catch((error: unknown) => ({ done: true, error }));
        expect(end).toMatchObject({ done: true });
      }
    });
  }
});

/** Lets the other side send while the source is read, and gives what came. */
async function exchange(bytes: AsyncIterator<Uint8Array>, rig: Rig): Promise<Buffer> {
  let got: Buffer = Buffer.alloc(0);
  let next = bytes.next();
  await rig.send();
  while (got.length < rig.payload.length) {
    const result = await next;
    if (result.done) throw new Error(`ended after ${got.length} of ${rig.payload.length} bytes`);
    got = Buffer.concat([got, result.value]);
    if (got.length < rig.payload.length) next = bytes.next();
  }
  return got;
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
