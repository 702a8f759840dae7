import { expect, test } from 'vitest';
import { Framer, type Found } from '../../../src/telegram/framer.ts';
import type { ChecksumMode } from '../../../src/telegram/verdict.ts';
import { printChecksum, readChecksum } from '../../../src/telegram/checksum.ts';
import { fixture, manifest } from '../../support/telegrams.ts';

function frame(bytes: Buffer, checksum: ChecksumMode): readonly Found[] {
  const framer = new Framer({ source: 'meter', checksum });
  return [...framer.push(bytes, 0), ...framer.idle(Infinity)];
}

const outcomeOf = (found: Found): string => ('checksum' in found ? found.checksum : found.reason);

const SPECIFICATIONS = manifest('MANIFEST.tsv').filter(({ file }) => file?.endsWith('.txt'));
const FIELD = manifest('field/MANIFEST.tsv');

/** What `required` and `auto` make of each status of the manifests. */
const OUTCOMES: Record<string, readonly [required: string, auto: string]> = {
  VALID: ['valid', 'valid'],
  DERIVED: ['valid', 'valid'],
  ok: ['valid', 'valid'],
  NONE: ['checksum-missing', 'absent'],
  'no-crc': ['checksum-missing', 'absent'],
  MISMATCH: ['checksum', 'checksum'],
  PLACEHOLDER: ['checksum', 'checksum'],
  'bad-crc': ['checksum', 'checksum'],
};

/** Where the manifest's one word says too little. */
const EXCEPTIONS: Record<string, readonly [required: string, auto: string]> = {
  // The specification's text and checksum, but for the empty line behind the header, which the copy lost.
  'field/athombv__dsmr-luxembourgh-spec-example.txt': ['repaired', 'repaired'],
  // No empty line either, and no checksum that could vouch for the rest.
  'field/athombv__dsmr-2.2-kfm-1.txt': ['checksum-missing', 'implausible'],
};

const SAMPLES = [
  ...SPECIFICATIONS.map(({ file = '', status = '', crc_printed: printed }) => ({ file, status, printed })),
  ...FIELD.map(({ file, category = '', crc_sent: printed }) => ({ file: `field/${file}`, status: category, printed })),
];

test.each(SAMPLES)('$file is $status, as its manifest says', ({ file, status }) => {
  const [required, auto] = EXCEPTIONS[file] ?? OUTCOMES[status] ?? [];
  expect(frame(fixture(file), 'required').map(outcomeOf)).toEqual([required]);
  expect(frame(fixture(file), 'auto').map(outcomeOf)).toEqual([auto]);
  expect(frame(fixture(file), 'absent').map(outcomeOf)).toEqual([auto]);
});

test.each(SAMPLES)('$file comes out whole, as it went in', ({ file }) => {
  expect(frame(fixture(file), 'auto').map(({ raw }) => raw)).toEqual([fixture(file)]);
});

test.each(SAMPLES.filter(({ printed }) => printed !== '' && printed !== '-'))(
  '$file prints $printed',
  ({ file, printed }) => {
    expect(readChecksum(fixture(file)).printed).toBe(printed);
  },
);

test.each(SPECIFICATIONS)('the checksum of $file is $crc_computed', ({ file = '', crc_computed: computed }) => {
  expect(printChecksum(readChecksum(fixture(file)).computed)).toBe(computed);
});

test('a 7E1 line read as 8N1 gives the text that was sent', () => {
  const [found] = frame(fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin'), 'absent');
  expect(found).toMatchObject({ checksum: 'absent', raw: fixture('derived/synth-dsmr22.txt') });
});

test('a dirty stream gives what its description says, each at its place', () => {
  const found = frame(fixture('derived/stream-dirty-1.bin'), 'required');
  // Offsets and lengths: the segments of stream-dirty-1.expected.json. 5567 is the one that lost its line end.
  expect(found.map((item) => [outcomeOf(item), item.offset, item.raw.length])).toEqual([
    ['valid', 371, 720],
    ['truncated', 1094, 400],
    ['valid', 1494, 1071],
    ['checksum', 2565, 1136],
    ['valid', 3705, 1136],
    ['valid', 4841, 720],
    ['valid', 5567, 718],
    ['valid', 6285, 1136],
  ]);
});
