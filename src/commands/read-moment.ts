import { InvalidArgumentError } from 'commander';
import { moment } from '../settings/moment.ts';

/** An argument or option that is a point in time, in milliseconds since 1970. @throws {InvalidArgumentError} */
export function readMoment(text: string): number {
  try {
    return moment(text, Date.now());
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
