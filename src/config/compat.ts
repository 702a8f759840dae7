import { z } from 'zod';

/** Whose ways of asking are answered besides our own. */
export interface CompatConfig {
  readonly dsmrReader: Served;
  readonly homewizard: Served;
}

interface Served {
  readonly enabled: boolean;
  /** The source that it shows, for it knows one meter; undefined: of a DSMR-reader the one that is posted to, else the first. */
  readonly source: string | undefined;
}

const served = z.strictObject({
  enabled: z.boolean().prefault(false).describe('whether it is there at all'),
  source: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'expected the name of a source')
    .optional()
    .describe('the source whose readings it shows'),
});

const dsmrReader = served.describe(
  "enabled: true serves the API of a DSMR-reader under http.listen, and takes what is posted to it for a source of type ingest; source: whose readings it shows, by default that one's, else those of the first",
);

const homewizard = served.describe(
  'enabled: true serves the local API v1 of a HomeWizard P1 under http.listen; that API asks for no key, so it shows usage, telegrams and the numbers of the meters to whoever reaches the address (see http.allowCidrs); source: whose readings it shows, by default those of the first',
);

/** The settings under `compat`. */
export const compat = z
  .strictObject({ dsmrReader: dsmrReader.prefault({}), homewizard: homewizard.prefault({}) })
  .describe('what is served for programs that were made for others');

/** The settings as the service has them. */
export function toCompatConfig({ dsmrReader: reader, homewizard: wizard }: z.output<typeof compat>): CompatConfig {
  return { dsmrReader: toServed(reader), homewizard: toServed(wizard) };
}

function toServed({ enabled, source }: z.output<typeof served>): Served {
  return { enabled, source };
}
