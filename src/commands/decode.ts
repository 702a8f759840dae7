import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import { describeValues } from '../reading/describe.ts';
import { readObjects } from '../reading/reading.ts';
import { NETHERLANDS } from '../reading/time.ts';
import { LUXEMBOURG } from '../settings/meter-key.ts';
import { printChecksum, readChecksum } from '../telegram/checksum.ts';
import { parseCosem } from '../telegram/cosem.ts';
import { Decryption, type DecryptionSettings, type Encryption } from '../telegram/decryption.ts';
import { FIRST_BYTE } from '../telegram/encrypted-frame.ts';
import { Receiver, type Received } from '../telegram/receiver.ts';
import type { Rejection } from '../telegram/telegram.ts';
import type { ChecksumMode } from '../telegram/verdict.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { KEY_FORMS, readKeys } from './key-option.ts';

const MODES: readonly ChecksumMode[] = ['required', 'absent', 'auto'];
const TAGS: readonly DecryptionSettings['tag'][] = ['required', 'optional'];

/** Shows what the bytes of a file or a pipe hold: one JSON object a telegram or rejection, and a last one of counts. */
export const decode: CommandDefinition = {
  name: 'decode',
  summary: 'print the telegrams in a file or a pipe as JSON, one a line, and what was rejected and why',
  examples: [
    'p1-relay decode capture.bin',
    'p1-relay decode --checksum absent dsmr3.txt',
    'p1-relay decode --key @key-of-meter smarty.bin',
    'socat -u TCP:p1-dongle.local:23 - | p1-relay decode | jq .reading',
  ],
  arguments: (command) =>
    readKeys(command, ['key', 'aad'])
      .argument('[file]', 'raw bytes from a P1 port; - is standard input', '-')
      .addOption(
        new Option('--checksum <mode>', 'whether telegrams must print one; auto: unless the meter is too old for it')
          .choices(MODES)
          .default('auto'),
      )
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
    const decoder = new Decoder(options['checksum'] as ChecksumMode, decryptionOf(options));
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
  readonly #rejected: Partial<Record<Rejection['reason'], number>> = {};
  #telegrams = 0;

  constructor(checksum: ChecksumMode, decryption: Decryption | undefined) {
    this.#receiver = new Receiver({ source: 'decode', checksum, decryption });
  }

  get outcome(): Outcome {
    return this.#telegrams > 0 && Object.keys(this.#rejected).length === 0 ? 'ok' : 'failed';
  }

  /** The lines to print for `bytes`, piece by piece: a stream of any length takes the memory of one telegram. */
  async *lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    for await (const chunk of bytes) yield* this.#report(this.#receiver.push(chunk, Date.now()));
    yield* this.#report(this.#receiver.idle(Infinity));
    const { noiseBytes } = this.#receiver;
    yield toLine({ type: 'summary', telegrams: this.#telegrams, rejected: this.#rejected, noiseBytes });
  }

  *#report(found: readonly Received[]): Generator<string> {
    for (const item of found) {
      if ('reason' in item) this.#rejected[item.reason] = (this.#rejected[item.reason] ?? 0) + 1;
      else this.#telegrams++;
      yield toLine('reason' in item ? describeRejection(item) : describeTelegram(item));
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

function describeTelegram({ raw, receivedAt, checksum, offset, encryption }: Exclude<Received, Rejection>): object {
  const { header, objects, unreadable } = parseCosem(raw);
  const context = { site: NETHERLANDS, receivedAt };
  const { meter, mbus, unread } = readObjects(objects, context);
  return {
    type: 'telegram',
    header,
    checksum: { status: checksum, ...describeChecksum(raw) },
    offset,
    length: raw.length,
    ...(encryption && { encryption: describeEncryption(encryption) }),
    objects: objects.map((object) => ({ obis: object.obis, values: describeValues(object, context) })),
    ...(unreadable.length > 0 && { unreadable }),
    reading: { meter, mbus, ...(unread.length > 0 && { unread }) },
  };
}

function describeEncryption({ tag, counter, isReplayed }: Encryption): object {
  return { tag, counter, ...(isReplayed && { replayed: true }) };
}

function describeRejection({ reason, raw, offset }: Rejection & { offset: number }): object {
  const checksum = raw[0] === FIRST_BYTE ? undefined : describeChecksum(raw);
  return { type: 'rejected', reason, offset, length: raw.length, ...(checksum && { checksum }) };
}

/** Digits printed and computed; undefined where none are printed. The algorithm is named where it is not the usual one. */
function describeChecksum(raw: Buffer): object | undefined {
  const { printed, computed, algorithm } = readChecksum(raw);
  if (printed === undefined) return undefined;
  return { printed, computed: printChecksum(computed), ...(algorithm !== 'CRC-16/ARC' && { algorithm }) };
}

function toLine(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}
