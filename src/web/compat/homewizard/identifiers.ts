/**
 * The identifiers that meters print, as they print them: in hexadecimal, which clients of a HomeWizard decode. They leave
 * out a device that has none. Nothing else of this service shows these numbers but telegrams as they are.
 */

const OF_METER = ['96.1.1', '96.1.0'];

/** Of the electricity meter; undefined where it prints none. */
export function meterIdIn(raw: Buffer): string | undefined {
  return firstIn(
    raw,
    OF_METER.map((value) => `0-0:${value}`),
  );
}

/** Of the device on a channel of the M-Bus. */
export function deviceIdIn(raw: Buffer, channel: number): string | undefined {
  return firstIn(
    raw,
    OF_METER.map((value) => `0-${channel}:${value}`),
  );
}

function firstIn(raw: Buffer, references: readonly string[]): string | undefined {
  for (const reference of references) {
    const begin = raw.indexOf(`\n${reference}(`);
    const end = begin < 0 ? -1 : raw.indexOf(')', begin);
    const id = end < 0 ? '' : raw.toString('latin1', begin + reference.length + 2, end);
    if (id !== '') return id;
  }
  return undefined;
}
