import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { keyId } from './key-text.ts';
import { SCOPES, type Scope } from './scopes.ts';

/** A key as it is kept: of its secret only the SHA-256. The secret has 256 random bits, so no slower hash is needed. */
export type Key = z.output<typeof keySchema>;

export const KEY_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,39}$/;

export const keySchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  name: z.string().regex(KEY_NAME),
  scopes: z.array(z.enum(SCOPES)).min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created: z.iso.datetime(),
  /** Null: never. */
  expires: z.iso.datetime().nullable(),
  /** Networks that it may come from; empty: any. */
  cidrs: z.array(z.string()),
  /** Ids of the meters that it shows, which are all that it shows; empty: all. */
  meters: z.array(z.string()).default([]),
});

/** What is decided about a new key. */
export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires: Date | undefined;
  readonly cidrs: readonly string[];
  readonly meters: readonly string[];
}

/** Of `admin`, which is for all of it. */
export const NOT_OF_ADMIN = 'expected no meters with the scope admin: who may make keys may see all';

/** A new key, and the text that opens with it: that is shown once and kept nowhere. */
export function makeKey({ name, scopes, expires, cidrs, meters }: KeyWish, now: Date): { key: Key; text: string } {
  const id = randomBytes(4).toString('hex');
  const text = `pe_${id}_${randomBytes(32).toString('base64url')}`;
  const may = { scopes: [...new Set(scopes)], cidrs: [...cidrs], meters: [...new Set(meters)] };
  const kept = { ...may, expires: expires?.toISOString() ?? null };
  return { key: { id, name, ...kept, sha256: sha256(text), created: now.toISOString() }, text };
}

/** The key that a text opens with; undefined where there is none. How long it takes tells nothing about the secret. */
export function keyOf(text: string, keys: readonly Key[]): Key | undefined {
  const id = keyId(text);
  const hash = sha256(text);
  const key = keys.find((one) => one.id === id);
  const isRight = timingSafeEqual(Buffer.from(hash), Buffer.from(key?.sha256 ?? sha256(hash)));
  return isRight ? key : undefined;
}

/** @param now the wall clock: a key ends on a day of the calendar. */
export function isExpired({ expires }: Key, now: Date): boolean {
  return expires !== null && now.getTime() >= Date.parse(expires);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
