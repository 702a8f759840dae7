import { Refused } from '../outbox/endpoint.ts';
import { meterTime } from '../reading/time.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { AFTER_REPLAY, dsmrSettings, openDsmrServer } from './dsmr-server.ts';
import { defineEndpoint } from './endpoint-type.ts';
import { type Mark, markOfFields } from './mark.ts';
import { agesBy, requireSure } from './own-time.ts';
import { openReadBack } from './read-back.ts';
import { readingFields } from './reading-fields.ts';

/**
 * DSMR-reader API v2: the values, named one by one. For meters without a clock, whose telegrams v1 stamps when they
 * arrive, and for a server that is set to another kind of meter; gas is told from water and heat.
 */
export const dsmrV2 = defineEndpoint({
  about: {
    what: 'DSMR-reader, API v2: values, also of a meter without a clock',
    delivery: 'every telegram, oldest first, once',
  },
  settings: dsmrSettings,
  afterReplay: AFTER_REPLAY,
  create(settings, { now = () => new Date(), ageOf = agesBy(now), timeZone = 'Europe/Amsterdam', gasChannel } = {}) {
    const server = openDsmrServer(settings, now);
    const body = readingBody(timeZone, gasChannel);
    return {
      async deliver(letter, signal) {
        if (meterTime(letter.telegram.raw) === undefined) requireSure(ageOf(letter));
        await server.post('v2', letter, body(letter.telegram), signal);
      },
      wasTaken: openReadBack(server, readingMark(timeZone)),
      probe: (signal) => server.probe(signal),
      close: () => server.close(),
    };
  },
});

/**
 * Writes what v2 is sent of a telegram whose meter stands in this time zone, with its gas meter on this channel where that is
 * known. Throws what {@link dsmrReading} throws.
 */
export function readingBody(timeZone: string, gasChannel?: number): (telegram: Telegram) => string {
  const fields = readingFields(timeZone, gasChannel);
  return (telegram) => JSON.stringify(fields(telegram));
}

/** The mark that such a telegram has once v2 has taken it; undefined where it would be refused. */
export function readingMark(timeZone: string): (telegram: Telegram) => Mark | undefined {
  const fields = readingFields(timeZone);
  return (telegram) => {
    try {
      return markOfFields(fields(telegram));
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  };
}
