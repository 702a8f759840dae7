import { asJson } from '../../src/commands/decode/as-json.ts';
import { asText } from '../../src/commands/explain/as-text.ts';
import { readingBody } from '../../src/endpoints/dsmr-v2.ts';
import { printOf } from '../../src/telegram/print.ts';
import { Refused } from '../../src/outbox/endpoint.ts';
import { describeValues, type Description } from '../../src/reading/describe.ts';
import { readObjects, type Reading } from '../../src/reading/reading.ts';
import { NETHERLANDS } from '../../src/reading/time.ts';
import { parseCosem, type CosemText } from '../../src/telegram/cosem.ts';
import { Decryption } from '../../src/telegram/decryption.ts';
import { Receiver, type Received } from '../../src/telegram/receiver.ts';
import type { Telegram } from '../../src/telegram/telegram.ts';
import type { ChecksumMode } from '../../src/telegram/verdict.ts';
import { KEYS } from './stream-mutations.ts';

/** Bytes, and all that the program makes of them. */
export interface Subject {
  readonly bytes: Buffer;
  /** What is found with a key and with checksums required, and what is found with neither. */
  readonly strict: readonly Received[];
  readonly lax: readonly Received[];
  /** Whatever was accepted; and the bytes themselves from their first `/` on, as if they had been. */
  readonly parsed: readonly Parsed[];
}

/** A telegram, and what is made of it. */
export interface Parsed {
  readonly telegram: Telegram;
  readonly text: CosemText;
  readonly reading: Reading;
  readonly described: readonly (readonly Description[])[];
  /** What `decode` prints of it, and what with `--explain`. */
  readonly decoded: string;
  readonly explained: string;
  /** What API v1 would be sent. */
  readonly print: string;
  /** What API v2 would be sent; undefined where the telegram lacks what it requires. */
  readonly body: Record<string, unknown> | undefined;
}

const RECEIVED_AT = new Date('2026-07-05T10:30:00Z');

export function subjectOf(bytes: Buffer): Subject {
  const strict = frame([bytes], 'required');
  const lax = frame([bytes], 'absent');
  const accepted = [...strict, ...lax].filter((found) => 'checksum' in found);
  const raw = bytes.subarray(Math.max(0, bytes.indexOf('/')));
  const whole: Telegram = { source: 'meter', receivedAt: RECEIVED_AT, raw, checksum: 'absent' };
  const telegrams = new Map([whole, ...accepted].map((telegram) => [telegram.raw.toString('latin1'), telegram]));
  return { bytes, strict, lax, parsed: Array.from(telegrams.values(), parse) };
}

/** All that is found in a stream of these chunks; with checksums required, the meter's key is known, too. */
export function frame(chunks: readonly Buffer[], checksum: ChecksumMode): Received[] {
  const decryption = checksum === 'required' ? new Decryption({ ...KEYS, tag: 'optional' }) : undefined;
  const receiver = new Receiver({ source: 'meter', checksum, decryption });
  return [...chunks.flatMap((chunk) => receiver.push(chunk, RECEIVED_AT.getTime())), ...receiver.idle(Infinity)];
}

function parse(telegram: Telegram): Parsed {
  const context = { site: NETHERLANDS, receivedAt: telegram.receivedAt };
  const text = parseCosem(telegram.raw);
  return {
    telegram,
    text,
    reading: readObjects(text.objects, context),
    described: text.objects.map((object) => describeValues(object, context)),
    decoded: asJson.item({ ...telegram, offset: 0 }),
    explained:
      asText.item({ ...telegram, offset: 0 }) + asText.item({ reason: 'checksum', raw: telegram.raw, offset: 0 }),
    print: printOf(telegram).text,
    body: bodyOf(telegram),
  };
}

function bodyOf(telegram: Telegram): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readingBody('Europe/Amsterdam')(telegram)) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
