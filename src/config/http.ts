import { z } from 'zod';
import { durationWithin } from '../settings/values.ts';
import { allowCidrs, listenAt, readAddress } from './listen.ts';

/** How the service shows what it knows over HTTP. */
export interface HttpConfig {
  readonly enabled: boolean;
  readonly host: string;
  /** 0 is any that is free. */
  readonly port: number;
  /** Files with the certificate and its key; undefined where it is plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Who may connect; empty: whoever reaches the address. */
  readonly allowCidrs: readonly string[];
  /** What is shown without a key. */
  readonly anonymous: readonly Anonymous[];
  /** Names, beside its own, under which it may be asked. */
  readonly allowedHosts: readonly string[];
  /** For so long it is kept what was turned down, and who was here. */
  readonly keepDenialsMs: number;
}

export type Anonymous = (typeof ANONYMOUS)[number];
const ANONYMOUS = ['status', 'usage', 'telegrams', 'sessions', 'denials'] as const;

const tls = z.strictObject({
  cert: z.string().min(1).describe('file with the certificate and those that sign it, PEM'),
  key: z.string().min(1).describe('file with its key, PEM'),
});

/** The settings under `http`. */
export const http = z
  .strictObject({
    enabled: z.boolean().prefault(true).describe('whether it is there at all'),
    listen: listenAt(8011),
    tls: tls
      .optional()
      .describe(
        'files of the certificate (cert) and its key (key), PEM; makes it https, and is read anew within a minute of a change',
      ),
    allowCidrs,
    anonymous: z
      .array(z.enum(ANONYMOUS))
      .prefault(['status'])
      .describe(
        'what is shown without a key; status: health and what waits, without an address; usage tells who is at home',
      ),
    allowedHosts: z
      .array(z.string().regex(/^[a-z0-9.-]+$/i, 'expected a name such as meter.example.org'))
      .max(64)
      .prefault([])
      .describe(
        "names under which it may be asked, beside localhost, any address and the machine's own, alone or with .local, .lan, .home, .home.arpa, .internal, .localdomain or .fritz.box",
      ),
    keepDenials: durationWithin('1d', '3650d')
      .prefault('90d')
      .describe('how long denials and sessions are kept, in a file beside the history; 10,000 of each at most'),
  })
  .describe('page and API on what the service knows');

/** The settings as the service has them. */
export function toHttpConfig({
  enabled,
  listen,
  tls: files,
  keepDenials: keepDenialsMs,
  ...rest
}: z.output<typeof http>): HttpConfig {
  const { host, port } = readAddress(listen) ?? { host: '127.0.0.1', port: 0 };
  return { enabled, host, port, tls: files, keepDenialsMs, ...rest };
}
