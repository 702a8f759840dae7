import { meterTime } from '../reading/time.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { dsmrSettings, openDsmrServer } from './dsmr-server.ts';
import { readingBody } from './dsmr-v2.ts';
import { defineEndpoint } from './endpoint-type.ts';
import { printOf } from './print.ts';

/** DSMR-reader stamps a telegram without a clock when it arrives: older than this it would be at the wrong time. */
const CLOCKLESS_MAX_AGE_MS = 10_000;

/**
 * DSMR-reader API v1: the telegram itself, byte for byte, in a form field.
 * The server checks and parses it again, and keeps what only v1 brings: tariff, version, power failures.
 * A telegram without a clock that is no longer fresh goes through v2, with the time at which it was read.
 */
export const dsmrV1 = defineEndpoint({
  settings: dsmrSettings,
  create(settings, { now = () => new Date(), timeZone = 'Europe/Amsterdam' } = {}) {
    const server = openDsmrServer(settings, now);
    const body = readingBody(timeZone);
    const counts = { mended: 0, throughV2: 0 };

    async function deliverPrint(telegram: Telegram, signal: AbortSignal): Promise<void> {
      const { text, mended } = printOf(telegram);
      await server.post('v1', `telegram=${encodeURIComponent(text)}`, signal);
      if (mended) counts.mended++;
    }

    async function deliverReading(telegram: Telegram, signal: AbortSignal): Promise<void> {
      await server.post('v2', body(telegram), signal);
      counts.throughV2++;
    }

    return {
      counts,
      deliver: ({ telegram }, signal) =>
        isStaleWithoutClock(telegram, now()) ? deliverReading(telegram, signal) : deliverPrint(telegram, signal),
      probe: (signal) => server.probe(signal),
      close: () => server.close(),
    };
  },
});

function isStaleWithoutClock({ raw, receivedAt }: Telegram, now: Date): boolean {
  return now.getTime() - receivedAt.getTime() > CLOCKLESS_MAX_AGE_MS && meterTime(raw) === undefined;
}
