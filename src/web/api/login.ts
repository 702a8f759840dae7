import { z } from 'zod';
import { COOKIE } from '../access/credentials.ts';
import { SCOPES } from '../access/scopes.ts';
import { TOKEN_MS } from '../access/tokens.ts';
import { json, nothing, type Answer } from '../http/answer.ts';
import { acceptsAny, JSON_TYPE } from '../http/formats.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

/** Name and text of a key for a token of six hours; the form of the page gets it as a cookie, and goes on to the page. */
export const login = defineRoute({
  method: 'POST',
  path: '/edge/v1/login',
  scope: 'none',
  summary: "a token for six hours, for a key's name and the key",
  body: z.strictObject({
    username: z.string().max(100).describe('name of a key'),
    password: z.string().max(200).describe('the key'),
  }),
  answer: z.strictObject({
    data: z.strictObject({ token: z.string(), expires_at: z.iso.datetime(), session_id: z.string() }),
  }),
  types: ['text/html'],
  handle({ body, address, headers, isSecure }, { access, tokens, visits }: RouteParts): Answer {
    const key = access.logIn(body.username, body.password, address);
    const client = headers['user-agent']?.slice(0, 100) ?? null;
    const visit = visits.begin({ kind: 'login', user: key.name, address, client });
    const { token, login } = tokens.issue(key, String(visit.id));
    if (isForm(headers['accept'])) return toPage(token, isSecure);
    const data = { token, expires_at: login.expiresAt.toISOString(), session_id: login.sessionId };
    return json({ data }, 200, { 'cache-control': 'no-store' });
  },
});

export const logout = defineRoute({
  method: 'DELETE',
  path: '/edge/v1/session',
  scope: 'none',
  summary: 'ends the login whose token it is sent with',
  handle({ who, isSecure }, { tokens, visits }: RouteParts): Answer {
    if (who.login === undefined) throw new Problem('unauthenticated', 'expected the token of a login, or its cookie');
    visits.end(Number(who.login.sessionId), 'logged out');
    tokens.end(who.login.sessionId);
    return nothing({ 'set-cookie': cookie('', 0, isSecure) });
  },
});

export const permissions = defineRoute({
  method: 'GET',
  path: '/edge/v1/permissions',
  scope: 'none',
  summary: 'who asks, and what that one may',
  answer: z.strictObject({
    session_id: z.string().describe('0 where nobody logged in'),
    user: z.string().nullable(),
    scopes: z.array(z.enum(SCOPES)),
    meters: z.array(z.string()).nullable().describe('null: all'),
    expires_at: z.iso.datetime().nullable(),
  }),
  handle: ({ who: { key, login: own, scopes } }): Answer =>
    json({
      session_id: own?.sessionId ?? '0',
      user: key?.name ?? null,
      scopes: [...scopes],
      meters: key === undefined || key.meters.length === 0 ? null : key.meters,
      expires_at: own?.expiresAt.toISOString() ?? key?.expires ?? null,
    }),
});

/** A browser that sends a form wants a page back. */
function isForm(accept: string | undefined): boolean {
  return accept !== undefined && acceptsAny(accept, ['text/html']) && !accept.includes(JSON_TYPE) && accept !== '*/*';
}

function toPage(token: string, isSecure: boolean): Answer {
  const headers = {
    location: '/',
    'set-cookie': cookie(token, TOKEN_MS / 1_000, isSecure),
    'cache-control': 'no-store',
  };
  return { status: 303, headers };
}

function cookie(value: string, seconds: number, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : '';
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
