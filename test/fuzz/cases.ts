import { fixture, manifest } from '../support/telegrams.ts';
import { chanceOf } from './chance.ts';
import { LINE_MUTATIONS, type Lines } from './line-mutations.ts';
import { ENDS, STREAM_MUTATIONS } from './stream-mutations.ts';

/** What comes over the line in one case, and what was done to make it so. */
export interface Case {
  readonly bytes: Buffer;
  readonly made: readonly string[];
}

/** Every telegram of the manifests, as its meter or specification printed it. */
const SAMPLES: readonly Buffer[] = [
  ...manifest('MANIFEST.tsv').map(({ file = '' }) => file),
  ...manifest('field/MANIFEST.tsv').map(({ file }) => `field/${file}`),
]
  .filter((file) => file.endsWith('.txt'))
  .map(fixture);

/** The case with this number of this seed: always the same one. */
export function makeCase(seed: number, number: number): Case {
  const chance = chanceOf(seed, number);
  const made: string[] = [];
  const pick = <T>(table: Readonly<Record<string, T>>): T => {
    const name = chance.oneOf(Object.keys(table));
    made.push(name);
    return table[name]!;
  };
  let lines = linesOf(chance.oneOf(SAMPLES));
  for (let count = chance.below(5); count > 0; count--) lines = pick(LINE_MUTATIONS)(lines, chance);
  const text = Buffer.from(`${lines.join('\r\n')}\r\n!`, 'latin1');
  // Behind a checksum that fits, what was changed is read.
  const end = chance.below(4) > 0 ? ENDS['right']! : pick(ENDS);
  const telegram = Buffer.concat([text, Buffer.from(end(text, chance), 'latin1')]);
  const others = [chance.oneOf(SAMPLES), chance.oneOf(SAMPLES)];
  let bytes: Buffer = telegram;
  for (let count = chance.below(3); count > 0; count--) bytes = pick(STREAM_MUTATIONS)(bytes, chance, others);
  return { bytes, made };
}

/** Up to the `!`. */
function linesOf(telegram: Buffer): Lines {
  const text = telegram.toString('latin1');
  const end = text.lastIndexOf('!');
  return (end < 0 ? text : text.slice(0, end)).trimEnd().split(/\r?\n/);
}
