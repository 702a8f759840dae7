import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerOf } from '../../src/reading/meter-model.ts';
import { Reader } from '../../src/reading/reader.ts';
import { LONGEST_ANSWER, telegramIn } from '../../src/sources/served-telegram.ts';
import { Measurement } from '../../src/web/compat/homewizard/measurement.ts';
import { fixture } from '../support/telegrams.ts';

const SAMPLES = [
  'derived/nl-dsmr-5.0.2-recrc.txt',
  'derived/be-emucs-2.1.1-3f-recrc.txt',
  'lu-smarty-1.1.3.txt',
  'nl-dsmr-3.0.txt',
  'lt-eso-maximum-3f.txt',
].map(fixture);

/** Telegrams with some digits, letters or brackets changed, which a meter without a CRC16 might print. */
const telegrams = fc
  .tuple(
    fc.constantFrom(...SAMPLES),
    fc.array(fc.tuple(fc.nat(2_500), fc.constantFrom(...Array.from('0123456789().*-kWhSm3A '))), { maxLength: 40 }),
  )
  .map(([telegram, changes]) => {
    const bytes = Buffer.from(telegram);
    for (const [place, character] of changes) bytes[place % bytes.length] = character.charCodeAt(0);
    return bytes;
  });

const NUMBERS = /_(?:kwh|w|a|v|hz|count|m3|timestamp|version|strength|tariff)$/;

test('whatever a meter prints, a HomeWizard shows numbers that are numbers, and each tariff', () => {
  const reader = new Reader();
  const measurement = new Measurement(undefined);
  const receivedAt = new Date('2020-05-12T12:00:00Z');
  fc.assert(
    fc.property(telegrams, (raw) => {
      const reading = reader.read({ raw, receivedAt });
      const data = measurement.of({ source: 'house', reading, receivedAt, header: headerOf(raw), raw });
      const shown = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
      expect(shown).toEqual(data);
      const numbers = Object.entries(shown).filter(([name]) => NUMBERS.test(name));
      expect(numbers.filter(([, value]) => !Number.isFinite(value))).toEqual([]);
      for (const direction of ['import', 'export']) {
        const registers = Object.keys(shown).filter((name) => name.startsWith(`total_power_${direction}`));
        expect([0, 5]).toContain(registers.length);
      }
      expect(shown['wifi_ssid']).toBe('ethernet');
    }),
    { seed: 11, numRuns: 400 },
  );
});

test('whatever is answered in the place of a telegram, there is a sentence about it that shows none of it', () => {
  const body = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.constantFrom('<html>', '{"a":1}', '/ISK5\r\n!0000\r\n', '', '\0'),
    fc.constant('/'.repeat(LONGEST_ANSWER)),
  );
  const answers = fc.record({
    status: fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 })),
    headers: fc.record({ location: fc.oneof(fc.constant(undefined), fc.webUrl({ withQueryParameters: true })) }),
    body: body.map((text) => Buffer.from(text, 'latin1').toString('latin1')),
    whole: fc.boolean(),
  });
  fc.assert(
    fc.property(answers, (answer) => {
      try {
        const text = telegramIn(answer, 'http://meter').toString('latin1');
        expect([answer.status, answer.whole, answer.body.trim()]).toEqual([200, true, text]);
        expect(text).toMatch(/^[/\xdb]/);
      } catch (error) {
        const { message } = error as Error;
        expect(message).toMatch(/^http:\/\/meter [a-z]/);
        expect(message.length).toBeLessThan(400);
        expect(message).not.toContain('?q');
      }
    }),
    { seed: 12, numRuns: 500 },
  );
});
