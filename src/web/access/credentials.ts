import type { IncomingHttpHeaders } from 'node:http';
import { isKeyText } from './key-text.ts';

/** What a request shows of who sends it. */
export interface Credentials {
  /** A key, or a token of a login. */
  readonly secret: string;
  /** Whose key it is said to be, where that is said. */
  readonly user?: string;
  /** A browser sends it by itself, whoever's page made it ask. */
  readonly isCookie?: boolean;
}

export const COOKIE = 'p1_relay_session';

/**
 * Finds them where the clients of each kind put them: `Authorization: Bearer`, `Token` or `Basic` (with or without a
 * name), `X-AUTHKEY`, or the cookie of the page. Undefined where there are none.
 */
export function credentialsOf(headers: IncomingHttpHeaders): Credentials | undefined {
  const { authorization, cookie } = headers;
  if (authorization !== undefined) return ofAuthorization(authorization);
  const key = headers['x-authkey'];
  if (typeof key === 'string') return { secret: key.trim() };
  const secret = new RegExp(`(?:^|; ?)${COOKIE}=([^;]*)`).exec(cookie ?? '')?.[1];
  return secret === undefined || secret === '' ? undefined : { secret, isCookie: true };
}

function ofAuthorization(value: string): Credentials {
  const [, scheme = '', secret = ''] = /^(\S+) +(\S.*?) *$/.exec(value) ?? [];
  return scheme.toLowerCase() === 'basic' && !isKeyText(secret) ? ofBasic(secret) : { secret };
}

function ofBasic(encoded: string): Credentials {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { secret: text };
  const [user, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  // Some clients put the key where the name belongs, and nothing behind it.
  if (secret === '') return { secret: user };
  return user === '' ? { secret } : { secret, user };
}
