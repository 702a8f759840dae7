/**
 * A reading that somebody posted by its values, in the names of DSMR-reader's API v2, in the place of a telegram: one line
 * of JSON. Times are RFC 3339 with an offset to the second, decimals texts, amperes whole numbers; what was not given is not there.
 */
export type Posted = Readonly<Record<string, string | number>>;

/** As it lies in the journal. */
export function printPosted(posted: Posted): Buffer {
  return Buffer.from(`${JSON.stringify(posted)}\r\n`, 'latin1');
}

/** Whether these bytes are such a reading: a telegram begins with a `/`. */
export function isPosted(raw: Uint8Array): boolean {
  return raw[0] === BRACE;
}

/** The values as they were posted; none where the bytes are damaged. Never throws. */
export function readPosted(raw: Uint8Array): Posted {
  try {
    return JSON.parse(Buffer.from(raw).toString('latin1')) as Posted;
  } catch {
    return {};
  }
}

/** When it was taken; undefined where the bytes are damaged. */
export function postedTime(raw: Uint8Array): Date | undefined {
  const time = new Date(readPosted(raw)['timestamp'] ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

const BRACE = 0x7b;
