import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asText } from '../../src/commands/explain/as-text.ts';
import { entriesOf, linesOf } from '../../src/commands/explain/lines.ts';
import { parseCosem } from '../../src/telegram/cosem.ts';
import { Framer } from '../../src/telegram/framer.ts';
import { Decryption } from '../../src/telegram/decryption.ts';
import { Receiver } from '../../src/telegram/receiver.ts';
import { fixture } from '../support/telegrams.ts';

const SAMPLES = [
  'derived/nl-dsmr-5.0.2-recrc.txt',
  'derived/be-emucs-2.1.1-3f-recrc.txt',
  'derived/synth-dsmr22.txt',
  'derived/synth-dsmr22-7e1-read-as-8n1.bin',
  'derived/lu-smarty-encrypted.bin',
  'derived/stream-dirty-1.bin',
  'field/ndokter__sag5sag-meter_p1-no-version-line.txt',
].map(fixture);

/** Bytes that change the shape of a text, more often than others. */
const byte = fc.oneof(fc.constantFrom(...Buffer.from('()!/*.:-\r\n\0\xff', 'latin1')), fc.nat(255));

/** A sample with some of its bytes replaced, and some run of them lost. */
const damaged = fc
  .tuple(fc.constantFrom(...SAMPLES), fc.array(fc.tuple(fc.nat(), byte), { maxLength: 12 }), fc.nat(), fc.nat(200))
  .map(([sample, changes, from, count]) => {
    const bytes = Buffer.from(sample);
    for (const [place, value] of changes) bytes[place % bytes.length] = value;
    const cut = from % bytes.length;
    return Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + count)]);
  });

test('whatever comes is explained in text that no terminal obeys, its carets under what is shown', () => {
  const decryption = new Decryption({
    key: '000102030405060708090A0B0C0D0E0F',
    authenticationKey: '00112233445566778899AABBCCDDEEFF',
    tag: 'optional',
  });
  fc.assert(
    fc.property(damaged, fc.boolean(), (bytes, hasKey) => {
      const receiver = new Receiver({ source: 'x', checksum: 'absent', decryption: hasKey ? decryption : undefined });
      const found = [...receiver.push(bytes, 0), ...receiver.idle(Infinity)];
      const lines = found.flatMap((item) => asText.item(item).split('\n'));
      expect(lines.filter((line) => !/^[ -~]*$/.test(line))).toEqual([]);
      for (const [index, line] of lines.entries()) {
        if (/^ +\^[ ^]*$/.test(line)) expect(line.length).toBeLessThanOrEqual((lines[index - 1]?.length ?? 0) + 1);
      }
    }),
    { seed: 21, numRuns: 500 },
  );
});

test('lines are explained as what they are read as', () => {
  fc.assert(
    fc.property(damaged, (bytes) => {
      const framer = new Framer({ source: 'x', checksum: 'absent' });
      const found = [...framer.push(bytes, 0), ...framer.idle(Infinity)];
      // What was rejected of a 7E1 line still has its parity bits.
      for (const { raw } of found.filter((item) => item.raw.toString('latin1', 0, 1) === '/')) {
        const entries = entriesOf(linesOf(raw));
        const { objects, unreadable } = parseCosem(raw);
        expect(entries.flatMap(({ object }) => object ?? [])).toEqual(objects);
        expect(entries.flatMap((entry) => entry.unreadable.map(({ text }) => text))).toEqual(unreadable);
        for (const { at, text } of linesOf(raw)) expect(raw.toString('latin1', at, at + text.length)).toBe(text);
      }
    }),
    { seed: 22, numRuns: 500 },
  );
});
