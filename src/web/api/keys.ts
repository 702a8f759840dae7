import { z } from 'zod';
import { A_NETWORK, readNetwork } from '../../settings/network.ts';
import { withKeys } from '../access/access.ts';
import { KEY_NAME, makeKey, NOT_OF_ADMIN, type Key } from '../access/key.ts';
import { SCOPES } from '../access/scopes.ts';
import { json, list, nothing, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { nameText, ofLists } from '../http/parameters.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

const keySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
  cidrs: z.array(z.string()),
  meters: z.array(z.string()).nullable().describe('that it shows; null: all'),
});

const A_TIME_TO_COME = 'expected a time to come such as 2027-01-31T00:00:00Z';
/** A new one more, but no more than anybody can look through. */
const MOST_KEYS = 200;

export const listKeys = defineRoute({
  method: 'GET',
  path: '/edge/v1/keys',
  scope: 'admin',
  summary: 'the keys, without their text',
  query: z.strictObject(ofLists),
  answer: z.strictObject({ data: z.array(keySchema) }),
  types: LIST_TYPES,
  handle: (asked, { keyFile }: RouteParts): Answer => list(asked, withKeys(() => keyFile.read()).map(toRow)),
});

export const addKey = defineRoute({
  method: 'POST',
  path: '/edge/v1/keys',
  scope: 'admin',
  summary: 'makes a key; its text is in this answer and kept nowhere',
  body: z
    .strictObject({
      name: z.string().regex(KEY_NAME, 'expected up to 40 letters, digits, dots and hyphens'),
      scopes: z.array(z.enum(SCOPES)).min(1),
      expires: z.iso
        .datetime({ offset: true, error: A_TIME_TO_COME })
        .refine((text) => Date.parse(text) > Date.now(), A_TIME_TO_COME)
        .optional(),
      cidrs: z
        .array(z.string().refine((text) => readNetwork(text) !== undefined, A_NETWORK))
        .max(64)
        .default([]),
      meters: z.array(nameText('id of a meter')).max(64).default([]).describe('that it shows and no other; none: all'),
    })
    .refine(({ scopes, meters }) => meters.length === 0 || !scopes.includes('admin'), {
      path: ['meters'],
      message: NOT_OF_ADMIN,
    }),
  answer: z.strictObject({ ...keySchema.shape, key: z.string() }),
  status: 201,
  handle({ body: { name, scopes, expires, cidrs, meters } }, { keyFile }: RouteParts): Answer {
    const until = expires === undefined ? undefined : new Date(expires);
    const { key, text } = makeKey({ name, scopes, cidrs, meters, expires: until }, new Date());
    const before = withKeys(() => keyFile.change((all) => (isRoomFor(name, all) ? [...all, key] : all)));
    if (!isRoomFor(name, before))
      throw new Problem('conflict', `there is a key ${name} already, or there are ${MOST_KEYS}: remove one first`);
    return json({ ...toRow(key), key: text }, 201, { 'cache-control': 'no-store' });
  },
});

export const removeKey = defineRoute({
  method: 'DELETE',
  path: '/edge/v1/keys/{id}',
  scope: 'admin',
  summary: 'removes a key, and the logins that hang on it',
  params: z.strictObject({
    id: z
      .string()
      .regex(/^[0-9a-f]{8}$/, 'expected the id of a key, 8 hexadecimal digits')
      .describe('id of a key'),
  }),
  handle({ params: { id } }, { keyFile }: RouteParts): Answer {
    const before = withKeys(() => keyFile.change((all) => all.filter((key) => key.id !== id)));
    if (!before.some((key) => key.id === id)) throw new Problem('not-found', `there is no key ${id}`);
    return nothing();
  },
});

function isRoomFor(name: string, all: readonly Key[]): boolean {
  return all.length < MOST_KEYS && !all.some((key) => key.name === name);
}

function toRow({ id, name, scopes, created, expires, cidrs, meters }: Key): z.output<typeof keySchema> {
  return { id, name, scopes, created, expires, cidrs, meters: meters.length === 0 ? null : meters };
}
