import type { WebEvents } from '../web/web.ts';
import type { Log } from './log.ts';

/** Logs what happens to the page and the API: a trouble that stays is one line, not one for each try. */
export class WebTeller {
  readonly #log: Log;
  #trouble = '';

  constructor(log: Log) {
    this.#log = log;
  }

  readonly events: WebEvents = {
    listening: (url) => {
      this.#trouble = '';
      this.#log.info(`web: listening on ${url}`);
    },
    unavailable: (reason) => {
      if (this.#trouble !== reason) this.#log.warn(`web: cannot listen on ${reason}; trying again until it works`);
      this.#trouble = reason;
    },
    renewed: () => {
      this.#trouble = '';
      this.#log.info('web: the certificate was read anew');
    },
    notRenewed: (reason) => {
      if (this.#trouble !== reason)
        this.#log.warn(`web: the certificate cannot be read anew: ${reason}; the one before serves on`);
      this.#trouble = reason;
    },
    identify: (address) =>
      this.#log.info(`web: here I am: ${address} asked, over the API of a HomeWizard, which device this is`),
    fault: (text) => this.#log.error(`web: a request failed by a fault of p1-relay: ${text}; please report this`),
    ended: ({ message }) => this.#log.error(`web: ended by itself: ${message}; started again; please report this`),
  };
}
