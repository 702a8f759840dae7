const HEX_OF_PRINTABLE = /^(?:[2-6][0-9A-F]|7[0-9A-E])+$/i;
const WHOLE_NUMBER = /^\d{1,15}$/;
const TARIFF_TEXT = /^T(\d)$/;
/** What meters fill a message up with. */
const FILLER = /^[\0\xff ]+$/;

/** The text that a value stands for in hexadecimal, without blanks behind it; undefined where it is not printable ASCII. */
export function decodeHex(group: string): string | undefined {
  if (group.length % 2 !== 0 || !HEX_OF_PRINTABLE.test(group)) return undefined;
  return Buffer.from(group, 'hex').toString('latin1').trimEnd();
}

/** Text in hexadecimal, or as it is where that gives no printable text; empty where it is nothing but filler. */
export function readText(group: string): string {
  return decodeHex(group) ?? (FILLER.test(group) ? '' : group);
}

/** A whole number without sign or decimals; undefined where it is none. */
export function readCount(group = ''): number | undefined {
  return WHOLE_NUMBER.test(group) ? Number(group) : undefined;
}

/** The number of a tariff; some meters print it as `T1`, or as the hexadecimal of that. */
export function readTariff(group = ''): number | undefined {
  return readCount(TARIFF_TEXT.exec(readText(group))?.[1] ?? group);
}
