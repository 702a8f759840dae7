import { defineEndpoint } from './endpoint-type.ts';
import { dsmrSettings, openDsmrServer } from './dsmr-server.ts';
import { printOf } from './print.ts';

/**
 * DSMR-reader API v1: the telegram itself, byte for byte, in a form field.
 * The server checks and parses it again, and keeps what only v1 brings: tariff, version, power failures.
 */
export const dsmrV1 = defineEndpoint({
  settings: dsmrSettings,
  create(settings, { now = () => new Date() } = {}) {
    const server = openDsmrServer(settings, now);
    const counts = { mended: 0 };
    return {
      counts,
      async deliver({ telegram }, signal) {
        const { text, mended } = printOf(telegram);
        await server.post('v1', `telegram=${encodeURIComponent(text)}`, signal);
        if (mended) counts.mended++;
      },
      probe: (signal) => server.probe(signal),
      close: () => server.close(),
    };
  },
});
