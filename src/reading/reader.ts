import { parseCosem } from '../telegram/cosem.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { isPosted } from './posted.ts';
import { parseReading, readObjects, type Reading } from './reading.ts';
import { Shape } from './shape.ts';
import { NETHERLANDS, type Site } from './time.ts';

/**
 * Reads telegrams as {@link parseReading} does, and remembers the shapes of the last ones by their lengths: of a meter that
 * it knows only the digits are read. A reading may share values with another.
 */
export class Reader {
  readonly #site: Site;
  readonly #shapes = new Map<number, Shape>();

  constructor(site: Site = NETHERLANDS) {
    this.#site = site;
  }

  read(telegram: Pick<Telegram, 'raw' | 'receivedAt'>): Reading {
    return this.#shapes.get(telegram.raw.length)?.read(telegram.raw) ?? this.#readAndLearn(telegram);
  }

  #readAndLearn(telegram: Pick<Telegram, 'raw' | 'receivedAt'>): Reading {
    const { raw, receivedAt } = telegram;
    if (isPosted(raw)) return parseReading(telegram);
    const uses = { receivedAt: false };
    const context = {
      site: this.#site,
      get receivedAt() {
        uses.receivedAt = true;
        return receivedAt;
      },
    };
    const { objects } = parseCosem(raw);
    const reading = readObjects(objects, context);
    const shape = uses.receivedAt ? undefined : Shape.of(raw, objects, reading, context);
    this.#remember(raw.length, shape);
    return reading;
  }

  /** The newest shape of each length, and no more lengths than one meter prints. */
  #remember(length: number, shape: Shape | undefined): void {
    this.#shapes.delete(length);
    if (shape === undefined) return;
    this.#shapes.set(length, shape);
    const [oldest] = this.#shapes.keys();
    if (oldest !== undefined && this.#shapes.size > MOST_SHAPES) this.#shapes.delete(oldest);
  }
}

const MOST_SHAPES = 8;
