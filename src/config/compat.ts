import { z } from 'zod';

/** Whose ways of asking are answered besides our own. */
export interface CompatConfig {
  readonly dsmrReader: {
    readonly enabled: boolean;
    /** The source that it shows, for it knows one meter; undefined: the one that is posted to, else the first. */
    readonly source: string | undefined;
  };
}

const dsmrReader = z
  .strictObject({
    enabled: z.boolean().prefault(false).describe('whether it is there at all'),
    source: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'expected the name of a source')
      .optional()
      .describe('the source whose readings it shows'),
  })
  .describe(
    "enabled: true serves the API of a DSMR-reader under http.listen, and takes what is posted to it for a source of type ingest; source: whose readings it shows, by default that one's, else those of the first",
  );

/** The settings under `compat`. */
export const compat = z
  .strictObject({ dsmrReader: dsmrReader.prefault({}) })
  .describe('what is served for programs that were made for others');

/** The settings as the service has them. */
export function toCompatConfig({ dsmrReader: { enabled, source } }: z.output<typeof compat>): CompatConfig {
  return { dsmrReader: { enabled, source } };
}
