import { z } from 'zod';
import { list, type Answer } from '../http/answer.ts';
import type { Denial } from '../denials.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { time } from '../http/moments.ts';
import { inPages, ofPages, paging } from '../http/pages.ts';
import { choice, nameText, ofLists } from '../http/parameters.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const denialSchema = z.strictObject({
  id: z.number(),
  denial_time: z.iso.datetime(),
  kind: z.enum(['telegram', 'delivery', 'request']),
  reason: z.string(),
  err_msg: z.string(),
  meter: z.string().nullable(),
  endpoint: z.string().nullable(),
  client: z.string().nullable(),
});
type Row = z.output<typeof denialSchema>;

const COLUMNS = ['id', 'denial_time', 'kind', 'reason', 'meter', 'endpoint', 'client'] as const;

export const denials = defineRoute({
  method: 'GET',
  path: '/edge/v1/denials',
  scope: 'denials:read',
  summary: 'what was turned down, and why, for as long as it is kept: telegrams, deliveries, requests',
  query: z.strictObject({
    from: time('from then on').optional(),
    to: time('before then').optional(),
    kind: choice(['telegram', 'delivery', 'request'], 'what was turned down').optional(),
    reason: nameText('a reason, such as checksum').optional(),
    meter: nameText('of this source').optional(),
    endpoint: nameText('of this endpoint').optional(),
    client: nameText('of this address').optional(),
    ...paging(COLUMNS),
    ...ofLists,
  }),
  answer: z.strictObject({ total: z.number(), ...ofPages, data: z.array(denialSchema) }),
  types: LIST_TYPES,
  async handle({ query, headers, target }, { denials, timeZone }: RouteParts): Promise<Answer> {
    const [from, to] = [query.from?.(timeZone) ?? 0, query.to?.(timeZone) ?? Infinity];
    const { kind, reason, meter, endpoint, client } = query;
    const wanted = (await denials.all()).filter(
      (one) =>
        one.atMs >= from &&
        one.atMs < to &&
        [
          [kind, one.kind],
          [reason, one.reason],
          [meter, one.source],
          [endpoint, one.endpoint],
          [client, one.client],
        ].every(([asked, is]) => asked === undefined || asked === is),
    );
    const { rows, ...page } = inPages(wanted.map(toRow), query, target, 'id');
    const total = wanted.length;
    return list({ query, headers }, rows, { total, ...page, data: rows });
  },
});

function toRow({ id, atMs, kind, reason, text, source: meter, endpoint, client }: Denial): Row {
  return { id, denial_time: new Date(atMs).toISOString(), kind, reason, err_msg: text, meter, endpoint, client };
}
