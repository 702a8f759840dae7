import { z } from 'zod';
import { LUXEMBOURG } from '../settings/meter-key.ts';
import type { EndpointType } from '../endpoints/endpoint-type.ts';
import { compat } from './compat.ts';
import { http } from './http.ts';
import { prices } from './prices.ts';
import { stream } from './stream.ts';
import { cipherKey, duration, durationWithin, kit, size } from '../settings/values.ts';
import type { SourceType } from '../sources/source.ts';

/** The kinds of sources and endpoints that a configuration may name, by their `type`. */
export interface Families {
  readonly sources: Readonly<Record<string, SourceType>>;
  readonly endpoints: Readonly<Record<string, EndpointType>>;
}

/** What a configuration may say, as a zod schema: one strict map, each setting with its default and a description. */
export type ConfigSchema = ReturnType<typeof configSchema>;

const name = z.string().regex(/^[a-z0-9-]{1,40}$/, 'expected up to 40 small letters, digits and hyphens');

const DEFAULT_ZONE = 'Europe/Amsterdam';

const timeZone = z
  .string()
  .refine(isTimeZone, 'expected a time zone such as Europe/Amsterdam')
  .describe("where the meter stands: gives the standard time that its clock's W stands for");

const gasChannel = z
  .literal(['auto', 1, 2, 3, 4], 'expected auto, or a channel of the M-Bus from 1 to 4')
  .describe(
    'channel of the M-Bus that the gas meter is on, for values that p1-relay reads itself (API v2); auto: found by type, unit and time',
  );

const checksum = z
  .enum(['auto', 'required', 'absent'])
  .describe(
    'required: only telegrams with a right CRC16; absent: the meter prints none; auto: absent at 9600 baud or 7E1, and until one was seen where the speed is found by listening, telegrams are posted, or another service reads the meter (http)',
  );

const ofEverySource = {
  name: name.optional().describe('its name in the log and in state; by default its type'),
  checksum: checksum.prefault('auto'),
  silence: durationWithin('1s', '1d')
    .optional()
    .describe(
      'connect anew after this long without a byte; by default 15s, and 35s for a line of 9600 baud, or of a speed that is found by listening, and for http',
    ),
  timeZone: timeZone.prefault(DEFAULT_ZONE),
  gasChannel: gasChannel.prefault('auto'),
  key: cipherKey
    .optional()
    .describe('of a meter that encrypts (Luxembourg, Austria): its key, 32 hexadecimal digits from the grid operator'),
  authenticationKey: cipherKey
    .prefault(LUXEMBOURG)
    .describe("its authentication key; by default Luxembourg's, elsewhere the grid operator has it"),
  tag: z
    .enum(['required', 'optional'])
    .prefault('required')
    .describe(
      'required: only frames whose authentication tag fits; optional: where the tag alone does not, a right CRC16 is enough',
    ),
};

const ofBacklog = z
  .strictObject({
    thin: durationWithin('0s', '1h')
      .prefault('10s')
      .describe(
        'what a journal at its size limit keeps of the letters that wait: one in this time, the first and last of each minute, and changes of tariff and gas; 0s thins nothing',
      ),
  })
  .describe('what becomes of a backlog that outgrows the journal');

const A_BEGINNING = 'expected now, beginning, or a time such as 2026-01-31 or 2026-01-31T12:00:00Z';

const ofEveryEndpoint = {
  name: name
    .optional()
    .describe('its name in the log and in state, which its place in the journal hangs on; by default its type'),
  source: name
    .optional()
    .describe(
      'which source it is for; where there are several, it must be said for all that cannot tell meters apart: influx, webhook and mqtt can, but not mqtt with profile dsmr-reader',
    ),
  interval: durationWithin('0s', '1d')
    .prefault('0s')
    .describe("thin to one telegram in this time by the meter's clock; 0s sends every telegram"),
  rate: z
    .union(
      [z.enum(['adaptive', 'off']), z.number().positive().max(1_000)],
      'expected adaptive, off, or a number of telegrams a second up to 1000',
    )
    .prefault('adaptive')
    .describe(
      "how fast a backlog goes: adaptive takes at most half of the server's time, off has no limit, a number is telegrams a second",
    ),
  from: z
    .union([z.enum(['now', 'beginning']), z.iso.datetime({ offset: true, local: true }), z.iso.date()], A_BEGINNING)
    .prefault('now')
    .describe('with which telegrams a new endpoint begins: now, beginning (all that are kept), or a time'),
  formerly: name.optional().describe('the name that it had before: what waited under that name goes on under this one'),
  onAmbiguous: z
    .enum(['verify', 'resend', 'drop'])
    .prefault('verify')
    .describe(
      'after a request without an answer: verify asks the server whether it has the telegram, and sends it again where that cannot be known; drop asks, too, and does not send it again then; resend sends it again without asking',
    ),
  verifyWindow: durationWithin('1s', '1h')
    .prefault('120s')
    .describe('how long a server may still be storing a telegram after a request without an answer'),
  backlog: ofBacklog.prefault({}),
};

const journal = z
  .strictObject({
    keep: duration.prefault('30d').describe('how long delivered telegrams are kept, for sending them again'),
    keepSize: size.prefault('1 GB').describe('how much of them is kept'),
    maxSize: size
      .refine((bytes) => bytes >= 10e6, 'expected 10 MB or more')
      .optional()
      .describe('what the journal may never outgrow; by default the smaller of 2 GB and a tenth of the disk'),
    syncInterval: durationWithin('0s', '1h')
      .prefault('10s')
      .describe('how often the disk is made to write: what a power cut may cost; 0s is at every telegram'),
  })
  .describe('accepted telegrams on disk');

const history = z
  .strictObject({
    enabled: z.boolean().prefault(true).describe('whether one is kept at all'),
    keep: durationWithin('1d', '36500d')
      .prefault('400d')
      .describe('how long minutes are kept; hours, days and months are for ever'),
  })
  .describe('usage by minutes, hours, days and months, made of what is accepted');

const state = z
  .strictObject({
    dir: z
      .string()
      .min(1)
      .optional()
      .describe(
        "where the journal lives; by default systemd's STATE_DIRECTORY, else /var/lib/p1-relay, else ~/.local/state/p1-relay",
      ),
  })
  .describe('where the service keeps its files');

const log = z
  .strictObject({
    level: z.enum(['error', 'warn', 'info', 'debug', 'trace']).prefault('info').describe('how much is told'),
  })
  .describe('what is written to standard output');

/** Puts the families of sources and endpoints together with what is common to all of each. */
export function configSchema({ sources, endpoints }: Families) {
  const source = oneOf(sources, ofEverySource).describe('where the bytes come from');
  const endpoint = oneOf(endpoints, ofEveryEndpoint).describe('where the telegrams go');
  return z.strictObject({
    source: source.optional(),
    sources: z.array(source).min(1).max(16).optional().describe('several meters, in the place of source'),
    endpoints: z.array(endpoint).max(64).prefault([]).describe('where the telegrams go'),
    journal: journal.prefault({}),
    http: http.prefault({}),
    history: history.prefault({}),
    compat: compat.prefault({}),
    stream: stream.prefault({}),
    prices,
    state: state.prefault({}),
    log: log.prefault({}),
  });
}

/** What every member of a family has in common, beside settings of its own. */
type Member<Common extends z.ZodRawShape> = z.output<z.ZodObject<Common>> & { type: string } & Record<string, unknown>;

function oneOf<Common extends z.ZodRawShape>(
  family: Readonly<Record<string, Pick<SourceType, 'settings'>>>,
  common: Common,
): z.ZodType<Member<Common>> {
  const [first, ...rest] = Object.entries(family).map(([type, { settings }]) => {
    const own = settings(kit);
    // A setting of the type's own takes the place of the common one.
    const others = Object.fromEntries(Object.entries(common).filter(([key]) => !(key in own.shape)));
    return own.safeExtend({ type: z.literal(type).describe('what kind it is'), ...others }).strict();
  });
  if (first === undefined) throw new RangeError('a family without members cannot be configured');
  // A registry's types are known only one by one: zod cannot see what all of them share.
  return z.discriminatedUnion('type', [first, ...rest]) as unknown as z.ZodType<Member<Common>>;
}

/** The default is not looked up: that alone would load the tables of all time zones, some 6 MB. */
function isTimeZone(text: string): boolean {
  if (text === DEFAULT_ZONE) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
