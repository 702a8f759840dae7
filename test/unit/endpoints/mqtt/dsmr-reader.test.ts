import { describe, expect, test } from 'vitest';
import { DsmrReader } from '../../../../src/endpoints/mqtt/dsmr-reader.ts';

function profile(intervalMs = 0): DsmrReader {
  const place = { timeZone: 'Europe/Amsterdam', gasChannel: undefined };
  const service = { instanceId: 'a1b2c3d4e5f6', version: '1.2.3', sources: () => [] };
  const made = new DsmrReader({
    ...{ meter: 'house', place, service, takesOver: false, prices: [] },
    ...{ intervalMs, powerDelta: 100 },
  });
  made.connected();
  return made;
}

describe('what another one keeps', () => {
  test('the name of his topic stands in the reason cleaned and cut', () => {
    const made = profile();
    const topic = `dsmr/reading/\u001b[31m\n${'x'.repeat(5_000)}`;
    made.hear({ topic, payload: Buffer.from('1'), retained: true });
    const shown = `dsmr/reading/31m${'x'.repeat(44)}`;
    expect(() => made.begin([], 0)).toThrow(
      `${shown} is kept at the broker, and not from this p1-relay: it is not gone over`,
    );
  });
});
