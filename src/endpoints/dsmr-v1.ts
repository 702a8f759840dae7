import type { Letter } from '../journal/letter.ts';
import { Unreadable } from '../outbox/endpoint.ts';
import { isPosted } from '../reading/posted.ts';
import { parseReading } from '../reading/reading.ts';
import { meterTime } from '../reading/time.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { tooFarAhead } from './ahead.ts';
import { AFTER_REPLAY, dsmrSettings, openDsmrServer } from './dsmr-server.ts';
import { readingBody, readingMark } from './dsmr-v2.ts';
import { defineEndpoint } from './endpoint-type.ts';
import { type Mark, markOfPrint } from './mark.ts';
import { printOf } from '../telegram/print.ts';
import { agesBy, type AgeOf, requireSure } from './own-time.ts';
import { openReadBack } from './read-back.ts';

/** DSMR-reader stamps a telegram without a clock when it arrives: older than this it would be at the wrong time. */
const CLOCKLESS_MAX_AGE_MS = 10_000;

/**
 * DSMR-reader API v1: the telegram itself, byte for byte, in a form field.
 * The server checks and parses it again, and keeps what only v1 brings: tariff, version, power failures.
 * A telegram without a clock that is no longer fresh goes through v2, with the time at which it was read.
 */
export const dsmrV1 = defineEndpoint({
  about: {
    what: 'DSMR-reader, API v1: telegrams, byte for byte',
    delivery: 'every telegram, oldest first, once',
  },
  settings: dsmrSettings,
  afterReplay: AFTER_REPLAY,
  create(settings, { now = () => new Date(), ageOf = agesBy(now), timeZone = 'Europe/Amsterdam', gasChannel } = {}) {
    const server = openDsmrServer(settings, now);
    const body = readingBody(timeZone, gasChannel);
    const readBack = openReadBack(server, printMark(timeZone));
    const counts = { mended: 0, throughV2: 0, notForV1: 0 };
    /** Of telegrams without a clock: the last that went as it was printed, and the last that never did; 0 is none. */
    const clockless = { printed: 0, asReading: 0 };

    async function deliverPrint(letter: Letter, signal: AbortSignal): Promise<void> {
      if (!hasClock(letter.telegram)) clockless.printed = letter.seq;
      const { text, mended } = printOf(letter.telegram);
      const form = `telegram=${encodeURIComponent(text)}`;
      await server.post('v1', letter, form, signal).catch((error: unknown) => {
        throw error instanceof Unreadable ? (tooFarAhead(letter.telegram, now(), error) ?? error) : error;
      });
      if (mended) counts.mended++;
    }

    async function deliverReading(letter: Letter, signal: AbortSignal): Promise<void> {
      requireSure(ageOf(letter));
      if (clockless.printed !== letter.seq) clockless.asReading = letter.seq;
      await server.post('v2', letter, body(letter.telegram), signal);
      counts.throughV2++;
    }

    return {
      counts,
      takes({ raw }) {
        if (!isPosted(raw)) return true;
        counts.notForV1++;
        return false;
      },
      deliver: (letter, signal) =>
        isStaleWithoutClock(letter, ageOf) ? deliverReading(letter, signal) : deliverPrint(letter, signal),
      async wasTaken(letter, before, signal) {
        const fate = await readBack(letter, before, signal);
        // Of a print without a clock the server stamps a reading at will, so that it cannot be missed there.
        const sayable = hasClock(letter.telegram) || letter.seq === clockless.asReading;
        return fate === 'absent' && !sayable ? 'unknown' : fate;
      },
      probe: (signal) => server.probe(signal),
      close: () => server.close(),
    };
  },
});

/** The mark that a telegram whose meter stands in this time zone has at the server: read there, or by us where it has no clock. */
function printMark(timeZone: string): (telegram: Telegram) => Mark | undefined {
  const asReading = readingMark(timeZone);
  return (telegram) => {
    if (isPosted(telegram.raw)) return undefined;
    return hasClock(telegram) ? markOfPrint(parseReading(telegram)) : asReading(telegram);
  };
}

function hasClock({ raw }: Telegram): boolean {
  return meterTime(raw) !== undefined;
}

function isStaleWithoutClock(letter: Letter, ageOf: AgeOf): boolean {
  return !hasClock(letter.telegram) && ageOf(letter).ms > CLOCKLESS_MAX_AGE_MS;
}
