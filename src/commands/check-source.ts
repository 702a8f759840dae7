import type { SourceConfig } from '../config/config.ts';
import { decryptionOf, sourceOf } from '../parts.ts';
import { devicesOf } from '../reading/devices.ts';
import { gasMeter } from '../reading/gas-meter.ts';
import { parseReading } from '../reading/reading.ts';
import type { Source } from '../sources/source.ts';
import { Receiver, type Received } from '../telegram/receiver.ts';
import { Recent } from '../telegram/recent.ts';
import { ENOUGH_BYTES, isTelegrams, recognise, tell } from '../telegram/recognise.ts';
import type { RejectionReason, Telegram } from '../telegram/telegram.ts';
import { HINTS } from '../telemetry/blocks.ts';
import { count, span } from '../telemetry/wording.ts';
import { timeLimit } from '../time/time-limit.ts';

/** Whether a part works, in words. */
export interface Result {
  readonly part: string;
  readonly ok: boolean;
  readonly text: string;
}

/** Long enough for the slowest meter to print once: one of DSMR 2 prints every ten seconds. */
const LISTEN_MS = 25_000;

/** Opens a source until it gives a telegram; else says what came in its place. */
export async function trySource(config: SourceConfig, signal: AbortSignal): Promise<Result> {
  const part = `source ${config.name}`;
  const heard = new Heard();
  try {
    const source = sourceOf(config);
    if (source.takesPosts === true) return { part, ok: true, text: 'waits for what is posted to the service' };
    const telegram = await firstTelegram(config, source, heard, signal);
    if (telegram === undefined) return { part, ok: false, text: heard.whyNone(source) };
    return {
      part,
      ok: true,
      text: `gave a telegram of ${telegram.raw.length} bytes${sayGasChannel(config, telegram)}`,
    };
  } catch (error) {
    return { part, ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}

async function firstTelegram(
  config: SourceConfig,
  source: Source,
  heard: Heard,
  signal: AbortSignal,
): Promise<Telegram | undefined> {
  const receiver = new Receiver({ source: config.name, checksum: config.checksum, decryption: decryptionOf(config) });
  for await (const chunk of source.open(timeLimit(signal, LISTEN_MS + (source.openingMs ?? 0)))) {
    const telegram = heard.take(chunk, receiver.push(chunk, Date.now()));
    if (telegram !== undefined) return telegram;
  }
  return heard.take(new Uint8Array(), receiver.idle(Infinity));
}

/** What came of a source so far. */
class Heard {
  readonly #recent = new Recent(ENOUGH_BYTES);
  readonly #sinceMs = performance.now();
  #bytes = 0;
  #rejected = 0;
  #lastReason: RejectionReason | undefined;

  /** The first telegram of what was found in the bytes. */
  take(bytes: Uint8Array, found: readonly Received[]): Telegram | undefined {
    this.#bytes += bytes.length;
    this.#recent.push(bytes);
    for (const item of found) {
      if ('checksum' in item) return item;
      this.#rejected += 1;
      this.#lastReason = item.reason;
    }
    return undefined;
  }

  whyNone({ ends = false }: Source): string {
    if (ends && this.#bytes === 0) return 'there is not a byte in it';
    const finding = recognise(this.#recent.bytes);
    const reason = this.#lastReason;
    const why =
      reason !== undefined && isTelegrams(finding)
        ? `${count(this.#rejected, 'telegram')} rejected (${reason}): ${HINTS[reason]}`
        : tell(finding);
    const time = ends ? '' : ` in ${span(performance.now() - this.#sinceMs)}`;
    return `${count(this.#bytes, 'byte')}${time}: ${why}`;
  }
}

/** Where the channel that a person named for gas has another device, or none that was read. */
function sayGasChannel({ gasChannel }: SourceConfig, telegram: Telegram): string {
  if (gasChannel === undefined) return '';
  const { receivedAt } = telegram;
  const reading = parseReading(telegram);
  const kind = devicesOf(reading, receivedAt).find(({ channel }) => channel === gasChannel)?.kind ?? 'other';
  const isThere = gasMeter(reading, { receivedAt, channel: gasChannel }) !== undefined;
  if (isThere && (kind === 'gas' || kind === 'other')) return '';
  const other = gasMeter(reading, { receivedAt })?.channel;
  return `; it has no gas on channel ${gasChannel}, which is its gasChannel: set that to ${other ?? 'auto'}`;
}
