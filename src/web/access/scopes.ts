import type { Anonymous } from '../../config/http.ts';

/** What a key may be good for; `admin` is for all of it. */
export const SCOPES = [
  'status:read',
  'usage:read',
  'telegrams:read',
  'sessions:read',
  'denials:read',
  'ingest:write',
  'replay:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What somebody without a key may see, as scopes. */
export function scopesOfAnonymous(anonymous: readonly Anonymous[]): ReadonlySet<Scope> {
  return new Set(anonymous.map((what): Scope => `${what}:read`));
}

/** All that these scopes are good for. */
export function grantedBy(scopes: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(scopes.includes('admin') ? SCOPES : scopes);
}
