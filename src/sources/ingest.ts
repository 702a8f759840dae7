import { aborted } from '../time/aborted.ts';
import { defineSource } from './source.ts';

/** Telegrams that others post to this service, as to a DSMR-reader: no bytes come of it. */
export const ingest = defineSource({
  settings: ({ z }) => z.object({}),
  create: () => ({
    takesPosts: true,
    open: (signal) => ({ [Symbol.asyncIterator]: () => ({ next: () => nothingUntil(signal) }) }),
  }),
});

async function nothingUntil(signal: AbortSignal): Promise<IteratorReturnResult<undefined>> {
  await aborted(signal);
  return { done: true, value: undefined };
}
