import { isPosted } from './posted.ts';

/** What a meter is, as the header of its telegrams says; no number of a meter is in it. */
export interface MeterModel {
  /** The three letters of the maker, registered with the FLAG association: `ISK`. */
  readonly manufacturer: string;
  /** `2M550T-1012`; empty where the maker puts nothing but a number there. */
  readonly model: string;
}

/** Some meters print their number behind their model, which nobody is to see. */
const NUMBER = /\d{6,}.*$/;
const LONGEST_HEADER = 100;

/** The line behind the `/`: maker and model, without the number that some meters print there. Empty where values were posted. */
export function headerOf(raw: Buffer): string {
  if (isPosted(raw)) return '';
  const line = /^\/?([^\r\n]*)/.exec(raw.toString('latin1', 0, LONGEST_HEADER))?.[1] ?? '';
  return line.replace(NUMBER, '');
}

/**
 * Behind the three letters stands the speed that the meter talks at, then its identification (IEC 62056-21 §6.3).
 *
 * @param header as `headerOf` gives it. @returns undefined where it is too short to name a maker.
 */
export function modelOf(header: string): MeterModel | undefined {
  if (header.length < 3) return undefined;
  return { manufacturer: header.slice(0, 3), model: header.slice(4).replace(/^[\\/ ]+/, '') };
}
