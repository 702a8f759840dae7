import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { runDecode } from '../../support/decode.ts';
import { fixture, manifest } from '../../support/telegrams.ts';

const SPECIFICATIONS = manifest('MANIFEST.tsv');
const FIELD = manifest('field/MANIFEST.tsv');

const SAMPLES = [
  ...SPECIFICATIONS.filter(({ file = '' }) => file.endsWith('.txt')).map((row) => ({
    file: row['file'] ?? '',
    status: row['status'] ?? '',
    printed: row['crc_printed'] ?? '',
    computed: row['crc_computed'] ?? '',
  })),
  ...FIELD.map((row) => ({
    file: `field/${row['file'] ?? ''}`,
    status: row['category'] ?? '',
    printed: row['crc_sent'] ?? '',
    computed: row['crc_computed'] ?? '',
  })),
];

/** What a status of the manifests means to `decode`: the status of a checksum, or why there is no telegram. */
const MEANINGS: Readonly<Record<string, 'valid' | 'absent' | 'rejected'>> = {
  VALID: 'valid',
  DERIVED: 'valid',
  ok: 'valid',
  NONE: 'absent',
  'no-crc': 'absent',
  MISMATCH: 'rejected',
  PLACEHOLDER: 'rejected',
  'bad-crc': 'rejected',
};

/** Where the status says too little. */
const EXCEPTIONS: Readonly<Record<string, object>> = {
  // The copy lost the empty line behind the header; with it the checksum is right.
  'field/athombv__dsmr-luxembourgh-spec-example.txt': {
    type: 'telegram',
    checksum: { status: 'repaired', printed: '8B52', computed: '8B52' },
  },
  // Nor has this one the empty line, and no checksum that could vouch for the rest.
  'field/athombv__dsmr-2.2-kfm-1.txt': { type: 'rejected', reason: 'implausible' },
};

function expectationOf({ file, status, printed, computed }: (typeof SAMPLES)[number]): object {
  const meaning = MEANINGS[status];
  const checksum = { printed, computed };
  if (meaning === 'valid') return { type: 'telegram', checksum: { status: 'valid', ...checksum } };
  if (meaning === 'absent') return { type: 'telegram', checksum: { status: 'absent' } };
  expect(meaning, file).toBe('rejected');
  return { type: 'rejected', reason: 'checksum', checksum };
}

async function decodeLines(input: Buffer, ...args: string[]): Promise<Record<string, unknown>[]> {
  const { printed } = await runDecode(input, ...args);
  const lines = printed.trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test.each(SAMPLES)('$file is $status', async (sample) => {
  const { file } = sample;
  const [found, summary] = await decodeLines(fixture(file));
  const length = fixture(file).length;
  expect(found).toMatchObject({ ...(EXCEPTIONS[file] ?? expectationOf(sample)), offset: 0, length });
  expect(summary).toMatchObject({ type: 'summary', noiseBytes: 0 });
});

test.each(SAMPLES)('$file is explained to its last line', async ({ file }) => {
  const { printed } = await runDecode(fixture(file), '--explain');
  // Nothing that a terminal would obey, and of what was accepted nothing that nobody knows.
  expect(printed).toMatch(/^(?:telegram|rejected) at byte 0, \d+ bytes(?:: [a-z]+)?\n[ -~\n]*$/);
  expect(printed.includes('unread') || printed.includes('no object')).toBe(false);
});

describe('of the bytes that are no plain telegram', () => {
  test('an encrypted frame holds the telegram that it was made of', async () => {
    const [found] = await decodeLines(
      fixture('derived/lu-smarty-encrypted.bin'),
      '--key',
      '000102030405060708090A0B0C0D0E0F',
    );
    const [plain] = await decodeLines(fixture('lu-smarty-1.1.3.txt'));
    expect(found).toEqual({ ...plain, encryption: { tag: 'verified', counter: 0x2a } });
  });

  test('a 7E1 line read as 8N1 holds the text that was sent', async () => {
    const [found] = await decodeLines(fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin'));
    expect(found).toEqual((await decodeLines(fixture('derived/synth-dsmr22.txt')))[0]);
    expect(found).toMatchObject({ type: 'telegram', checksum: { status: 'absent' } });
  });

  test('a dirty stream holds six telegrams, a damaged one and half of one', async () => {
    const lines = await decodeLines(fixture('derived/stream-dirty-1.bin'));
    const expected = JSON.parse(String(fixture('derived/stream-dirty-1.expected.json'))) as { validInOrder: string[] };
    const telegrams = lines.filter(({ type }) => type === 'telegram');
    expect(telegrams).toMatchObject(
      expected.validInOrder.map((computed) => ({ checksum: { status: 'valid', computed } })),
    );
    expect(lines.at(-1)).toMatchObject({ telegrams: 6, rejected: { checksum: 1, truncated: 1 } });
  });
});

test.each(SPECIFICATIONS)('the copy of $file is that of its manifest', ({ file = '', bytes, sha256 }) => {
  const copy = fixture(file);
  expect(copy.length).toBe(Number(bytes));
  expect(createHash('sha256').update(copy).digest('hex')).toBe(sha256);
});

test.each(FIELD)(
  'the copy of $file has the bytes of its manifest',
  ({ file = '', bytes, source, licence_of_source }) => {
    expect(fixture(`field/${file}`).length).toBe(Number(bytes));
    expect([source, licence_of_source]).not.toContain('');
  },
);
