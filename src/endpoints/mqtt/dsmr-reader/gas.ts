import type { DsmrReading } from '../../dsmr-fields.ts';
import { printThousandths, thousandthsIn, utc, type Values } from './values.ts';

/** What the gas meter reported last, and what flowed since the time before. */
export class GasConsumption {
  #readAt: string | undefined;
  #dm3: number | undefined;
  #values: Values | undefined;

  /** @returns undefined while there is none. What flowed is not known before the second report. */
  take({ extra_device_timestamp: time, extra_device_delivered: value }: DsmrReading): Values | undefined {
    if (typeof time !== 'string' || value === undefined || utc(time) === this.#readAt) return this.#values;
    const dm3 = thousandthsIn(String(value));
    const flowed = this.#dm3 === undefined ? undefined : Math.max(0, dm3 - this.#dm3);
    [this.#readAt, this.#dm3] = [utc(time), dm3];
    this.#values = {
      ...{ read_at: this.#readAt, delivered: printThousandths(dm3) },
      ...(flowed !== undefined && { currently_delivered: printThousandths(flowed) }),
    };
    return this.#values;
  }
}
