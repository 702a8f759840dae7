import type { z } from 'zod';
import type { Kit } from '../settings/values.ts';

/**
 * Where bytes come from; none at once are a sign of life. `open` makes one connection; the iteration ending or throwing means that the connection is
 * lost. Opening it again is not its job (see `reconnect.ts`). Aborting the signal ends the iteration without an error.
 */
export interface Source {
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** True where the end of the bytes is the end of the source: a capture that was read to its end. */
  readonly ends?: boolean;
  /** True where telegrams are posted to this service: nothing is opened. */
  readonly takesPosts?: boolean;
  /** The port and speed that were found by listening, for people; undefined until then. */
  readonly foundOn?: () => string | undefined;
  /** How long opening may take before the first byte can come, in ms, where that is more than a moment. */
  readonly openingMs?: number;
  /** Where there is one behind the connection that may be silent while it is not: why no byte comes. */
  readonly whySilent?: () => string | undefined;
  /** Told the newest telegram that the journal has of it, by one that would give the same again. */
  readonly recall?: (raw: Uint8Array) => void;
}

/** What a kind of source is: the settings that it takes, and how to make one of them. */
export interface SourceType<S extends z.ZodObject = z.ZodObject> {
  settings(kit: Kit): S;
  create(settings: z.output<S>): Source;
}

/** Gives a kind of source its types; nothing else. */
export function defineSource<S extends z.ZodObject>(type: SourceType<S>): SourceType<S> {
  return type;
}
