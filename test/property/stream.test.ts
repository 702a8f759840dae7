import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { StreamConfig } from '../../src/config/stream.ts';
import { Stream } from '../../src/stream/stream.ts';
import { until } from '../support/service.ts';
import { asHomeAssistant, StreamReader } from '../support/stream-reader.ts';
import { withChecksum } from '../support/telegrams.ts';

const CONFIG: StreamConfig = {
  ...{ enabled: true, host: '127.0.0.1', port: 0, source: 'house', maxClients: 16, maxPerAddress: 16 },
  ...{ allowCidrs: [], addChecksum: true },
};
const SEED = 20_261_122;

let stream: Stream | undefined;
afterEach(async () => stream?.close());

/** A stream that listens. @returns its port, too. */
async function listening(): Promise<[Stream, number]> {
  let at = '';
  const events = {
    listening: (place: string) => (at = place),
    unavailable: (reason: string) => expect.fail(reason),
    refused: () => expect.fail('refused'),
    dropped: () => expect.fail('dropped'),
  };
  stream = new Stream({ config: CONFIG, firstSource: 'house', events });
  stream.start();
  await until(() => at !== '', 5_000);
  return [stream, Number(at.split(':').at(-1))];
}

/** Any text that a meter may print in its header or as a message, with what breaks readers. */
const text = fc.string({ unit: fc.constantFrom('a', '0', 'F', '/', '!', '\\', '\n', '\xe9', ')', '('), maxLength: 30 });
const checksums = fc.constantFrom('valid' as const, 'absent' as const);
const telegrams = fc.array(fc.tuple(fc.constantFrom('house', 'barn'), text, text, checksums), { maxLength: 12 });

test('whatever is printed, each reader gets the telegrams of its meter whole and in order, none twice', async () => {
  const [open, port] = await listening();
  const connected = async (count: number): Promise<void> => until(() => open.status()?.clients.length === count, 5_000);
  let seq = 0;
  const property = fc.asyncProperty(telegrams, fc.nat(12), async (printed, joinsAt) => {
    const letters = printed.map(([source, header, message, checksum]) =>
      letterOf(source, seq++, header.replaceAll('\n', ''), message.replaceAll('\n', '\r\n'), checksum),
    );
    letters.push(letterOf('house', seq++, 'last', '', 'valid'));
    const joins = Math.min(joinsAt, letters.length - 1);
    const early = new StreamReader(port);
    await connected(1);
    open.accepted(letters.slice(0, joins));
    const late = new StreamReader(port);
    await connected(2);
    open.accepted(letters.slice(joins));
    await until(() => [early, late].every((reader) => numbersIn(reader).at(-1) === seq - 1), 5_000);

    const wanted = numbersOf(letters);
    // The newest may come first, of the run before or from before it joined.
    expect(numbersIn(early).slice(-wanted.length)).toEqual(wanted);
    expect(numbersIn(early).length).toBeLessThanOrEqual(wanted.length + 1);
    const behind = numbersOf(letters.slice(joins));
    expect(numbersIn(late).slice(-behind.length)).toEqual(behind);
    expect(numbersIn(late).slice(0, -behind.length)).toEqual(
      numbersIn(late).length > behind.length ? [numbersIn(early).at(-behind.length - 1)] : [],
    );
    for (const reader of [early, late]) expect(asHomeAssistant(reader.bytes).rest).toBe('');
    [early, late].forEach((reader) => reader.close());
    await connected(0);
  });
  await fc.assert(property, { seed: SEED, numRuns: 60, endOnFailure: true });
});

function numbersOf(letters: readonly ReturnType<typeof letterOf>[]): number[] {
  return letters.filter(({ telegram }) => telegram.source === 'house').map(({ seq }) => seq);
}

/** A telegram that bears its number as its register. */
function letterOf(source: string, seq: number, header: string, message: string, checksum: 'valid' | 'absent') {
  const upToMark = `/ISK5\\${header}\r\n\r\n1-0:1.8.1(${String(seq).padStart(6, '0')}.000*kWh)\r\n0-0:96.13.0(${message})\r\n!`;
  const raw = checksum === 'valid' ? withChecksum(upToMark) : Buffer.from(`${upToMark}\r\n`, 'latin1');
  return { seq, telegram: { source, receivedAt: new Date(), raw, checksum } };
}

function numbersIn({ telegrams: found }: StreamReader): number[] {
  return found.map((one) => Number(/1-0:1\.8\.1\((\d{6})/.exec(one)?.[1]));
}
