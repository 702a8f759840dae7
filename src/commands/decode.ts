import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import { LUXEMBOURG } from '../settings/meter-key.ts';
import { Decryption, type DecryptionSettings } from '../telegram/decryption.ts';
import { History } from '../telegram/history.ts';
import { Recent } from '../telegram/recent.ts';
import { Receiver, type Received } from '../telegram/receiver.ts';
import { ENOUGH_BYTES, recognise } from '../telegram/recognise.ts';
import type { Rejection } from '../telegram/telegram.ts';
import type { ChecksumMode } from '../telegram/verdict.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { asJson } from './decode/as-json.ts';
import type { Summary, Wording } from './decode/wording.ts';
import { asText } from './explain/as-text.ts';
import { KEY_FORMS, readKeys } from './key-option.ts';

const MODES: readonly ChecksumMode[] = ['required', 'absent', 'auto'];
const TAGS: readonly DecryptionSettings['tag'][] = ['required', 'optional'];

/** Shows what the bytes of a file or a pipe hold: JSON for programs, or text for people. */
export const decode: CommandDefinition = {
  name: 'decode',
  summary: 'print the telegrams in a file or a pipe as JSON, one a line, and what was rejected and why',
  examples: [
    'p1-relay decode capture.bin',
    'p1-relay decode --explain capture.bin',
    'p1-relay decode --checksum absent --history dsmr3.txt',
    'p1-relay decode --key @key-of-meter smarty.bin',
    'socat -u TCP:p1-dongle.local:23 - | p1-relay decode | jq .reading',
  ],
  arguments: (command) =>
    readKeys(command, ['key', 'aad'])
      .argument('[file]', 'raw bytes from a P1 port; - is standard input', '-')
      .option('--explain', 'say in words what each line means, and why something was rejected')
      .addOption(
        new Option('--checksum <mode>', 'whether telegrams must print one; auto: unless the meter is too old for it')
          .choices(MODES)
          .default('auto'),
      )
      .option('--history', 'hold telegrams without a CRC16 against those before them, as the service does')
      .addOption(new Option('--key <hex>', `of a meter that encrypts: ${KEY_FORMS}`))
      .addOption(
        new Option('--aad <hex>', 'its authentication key, in the same forms').default(LUXEMBOURG, "Luxembourg's"),
      )
      .addOption(
        new Option('--tag <mode>', 'optional: where only the authentication tag is wrong, a right CRC16 is enough')
          .choices(TAGS)
          .default('required'),
      ),
  run: async ([file = '-'], options, io) => {
    const wording = options['explain'] === true ? asText : asJson;
    const receiver = new Receiver({
      source: 'decode',
      checksum: options['checksum'] as ChecksumMode,
      decryption: decryptionOf(options),
      // A capture does not say when its telegrams were printed, nor that one meter printed them all.
      history: options['history'] === true ? new History() : undefined,
    });
    const decoder = new Decoder(receiver, wording);
    const input = file === '-' ? io.stdin : createReadStream(file);
    return (await print(input, decoder, file, io)) ? decoder.outcome : 'failed';
  },
};

function decryptionOf({ key, aad, tag }: Readonly<Record<string, unknown>>): Decryption | undefined {
  if (typeof key !== 'string' || typeof aad !== 'string') return undefined;
  return new Decryption({ key, authenticationKey: aad, tag: tag as DecryptionSettings['tag'] });
}

class Decoder {
  readonly #receiver: Receiver;
  readonly #wording: Wording;
  readonly #recent = new Recent(ENOUGH_BYTES);
  readonly #rejected: Partial<Record<Rejection['reason'], number>> = {};
  #telegrams = 0;

  constructor(receiver: Receiver, wording: Wording) {
    this.#receiver = receiver;
    this.#wording = wording;
  }

  get outcome(): Outcome {
    return this.#telegrams > 0 && Object.keys(this.#rejected).length === 0 ? 'ok' : 'failed';
  }

  /** The lines to print for `bytes`, piece by piece: a stream of any length takes the memory of one telegram. */
  async *lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    for await (const chunk of bytes) {
      this.#recent.push(chunk);
      yield* this.#report(this.#receiver.push(chunk, Date.now()));
    }
    yield* this.#report(this.#receiver.idle(Infinity));
    yield this.#wording.summary(this.#summary());
  }

  #summary(): Summary {
    const { noiseBytes } = this.#receiver;
    const finding = this.#telegrams === 0 ? recognise(this.#recent.bytes) : undefined;
    return { telegrams: this.#telegrams, rejected: this.#rejected, noiseBytes, finding };
  }

  *#report(found: readonly Received[]): Generator<string> {
    for (const item of found) {
      if ('reason' in item) this.#rejected[item.reason] = (this.#rejected[item.reason] ?? 0) + 1;
      else this.#telegrams++;
      yield this.#wording.item(item);
    }
  }
}

/** False where the input cannot be read, which it says. A reader that has seen enough (`| head`) is no failure. */
async function print(
  input: Readable,
  decoder: Decoder,
  file: string,
  { stdout, stderr, signal }: Io,
): Promise<boolean> {
  try {
    await pipeline(input, (bytes: AsyncIterable<Uint8Array>) => decoder.lines(bytes), stdout, { end: false, signal });
    return true;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (signal.aborted || code === 'EPIPE') return true;
    stderr.write(`cannot read ${file}: ${REMEDIES[code] ?? message}\n`);
    return false;
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; name one that holds raw bytes from a P1 port, or - for standard input',
  EACCES: 'this user may not read it; run as one that may, or change its permissions',
  EISDIR: 'it is a folder; name a file in it',
};
