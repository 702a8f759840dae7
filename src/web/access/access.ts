import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../http/problem.ts';
import { credentialsOf, type Credentials } from './credentials.ts';
import { isExpired, type Key } from './key.ts';
import { KeysUnreadable } from './key-file.ts';
import type { KeyRing } from './key-ring.ts';
import { Networks } from '../../network/networks.ts';
import { grantedBy, type Scope } from './scopes.ts';
import type { Throttle } from './throttle.ts';
import type { Login, Tokens } from './tokens.ts';

/** Who asks, as far as that is known. */
export interface Who {
  /** Undefined: nobody in particular. */
  readonly key: Key | undefined;
  readonly login: Login | undefined;
  readonly scopes: ReadonlySet<Scope>;
}

export interface AccessParts {
  readonly keys: KeyRing;
  readonly tokens: Tokens;
  readonly throttle: Throttle;
  readonly anonymous: ReadonlySet<Scope>;
}

/** What of a request tells who sends it. */
export interface Caller {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
}

const ASK_FOR_KEY = { 'www-authenticate': 'Bearer realm="p1-relay"' };

/** Knows who asks, and what that one may. */
export class Access {
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /**
   * Whoever shows a key may what it is good for, and what anybody may.
   * @throws {Problem} where a key or token is shown that is none, or not from there.
   */
  identify({ headers, address }: Caller): Who {
    const shown = credentialsOf(headers);
    if (shown === undefined) return this.#nobody;
    const found = this.#find(shown);
    if (found !== undefined) {
      this.#checkPlace(found.key, address);
      return { ...found, scopes: grantedBy([...found.key.scopes, ...this.#parts.anonymous]) };
    }
    // A login that is over must not keep a browser from the page where one logs in.
    if (shown.isCookie === true) return this.#nobody;
    throw this.#failed(address, 'the key or token is not known, or has expired');
  }

  /** Whether somebody who was let in may stay: keys and logins end while a stream goes on. */
  holds({ key, login }: Who): boolean {
    if (key === undefined) return true;
    const kept = withKeys(() => this.#parts.keys.get(key.id));
    const isThere = kept !== undefined && !isExpired(kept, new Date());
    return isThere && (login === undefined || this.#parts.tokens.has(login));
  }

  /** @returns the key that a name and the text of the key belong to. @throws {Problem} */
  logIn(user: string, secret: string, address: string): Key {
    const waitS = this.#parts.throttle.waitS(address);
    if (waitS > 0) throw tooMany(waitS);
    const key = this.#key(secret);
    if (key?.name !== user) throw this.#failed(address, 'no key has this name and this text');
    this.#checkPlace(key, address);
    return key;
  }

  get #nobody(): Who {
    return { key: undefined, login: undefined, scopes: this.#parts.anonymous };
  }

  #find({ secret, user }: Credentials): { key: Key; login: Login | undefined } | undefined {
    const login = this.#parts.tokens.find(secret);
    const key = login === undefined ? this.#key(secret) : withKeys(() => this.#parts.keys.get(login.keyId));
    if (key === undefined || isExpired(key, new Date())) {
      if (login !== undefined) this.#parts.tokens.end(login.sessionId);
      return undefined;
    }
    return user === undefined || user === key.name ? { key, login } : undefined;
  }

  #key(secret: string): Key | undefined {
    const key = withKeys(() => this.#parts.keys.find(secret));
    return key === undefined || isExpired(key, new Date()) ? undefined : key;
  }

  #checkPlace({ cidrs }: Key, address: string): void {
    if (!new Networks(cidrs).has(address))
      throw new Problem('forbidden', `this key is not for requests from ${address}`);
  }

  #failed(address: string, detail: string): Problem {
    const waitS = this.#parts.throttle.waitS(address);
    this.#parts.throttle.failed(address);
    return waitS > 0 ? tooMany(waitS) : new Problem('unauthenticated', detail, {}, ASK_FOR_KEY);
  }
}

/**
 * Whether somebody may see addresses, and reasons that name one: only who was given a key for the state of things. What anybody may
 * see does not make an insider of a key for something else.
 */
export function isInsider({ key }: Pick<Who, 'key'>): boolean {
  return key !== undefined && grantedBy(key.scopes).has('status:read');
}

/** Work on the keys. @throws {Problem} where they cannot be read, or somebody else changes them. */
export function withKeys<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isBusy = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (!(error instanceof KeysUnreadable) && !isBusy) throw error;
    const detail = isBusy
      ? 'somebody else changes the keys at the moment'
      : 'the keys cannot be read; `p1-relay keys list` says why';
    throw new Problem('store-unavailable', detail, {}, { 'retry-after': '5' });
  }
}

/** @throws {Problem} that names the scope where it is missing. */
export function requireScope(who: Who, scope: Scope): void {
  if (who.scopes.has(scope)) return;
  if (who.key === undefined) {
    const how = 'send a key that has it, as Authorization: Bearer; `p1-relay keys add` makes one';
    throw new Problem('unauthenticated', `this needs the scope ${scope}: ${how}`, { scope }, ASK_FOR_KEY);
  }
  throw new Problem('forbidden', `this needs the scope ${scope}, which key ${who.key.name} has not`, { scope });
}

function tooMany(waitS: number): Problem {
  const detail = `too many failed attempts from this address; try again in ${waitS} s`;
  return new Problem('rate-limited', detail, {}, { 'retry-after': String(waitS) });
}
