import { randomBytes } from 'node:crypto';
import { sha256, type Key } from './key.ts';

/** A login lasts so long. */
export const TOKEN_MS = 6 * 3_600_000;
/** Logins at the same time; the oldest end first. */
const MOST_TOKENS = 1_000;

/** Somebody who logged in. */
export interface Login {
  readonly sessionId: string;
  readonly keyId: string;
  readonly expiresAt: Date;
}

interface Kept extends Login {
  readonly endsMs: number;
}

/**
 * Logins, in memory: who holds a token after a restart logs in again. They hang on their key: one that is removed or
 * changed is so for its logins, too.
 */
export class Tokens {
  readonly #logins = new Map<string, Kept>();
  readonly #ended: (login: Login, why: string) => void;
  readonly #nowMs: () => number;

  constructor(ended: (login: Login, why: string) => void, nowMs: () => number = () => performance.now()) {
    this.#ended = ended;
    this.#nowMs = nowMs;
  }

  issue({ id }: Key, sessionId: string): { token: string; login: Login } {
    this.#tidy();
    const token = `pt_${randomBytes(32).toString('base64url')}`;
    const login = { sessionId, keyId: id, expiresAt: new Date(Date.now() + TOKEN_MS) };
    this.#logins.set(sha256(token), { ...login, endsMs: this.#nowMs() + TOKEN_MS });
    return { token, login };
  }

  /** Looked up by its hash: how long that takes tells nothing about the token. */
  find(token: string): Login | undefined {
    const login = this.#logins.get(sha256(token));
    return login !== undefined && this.#nowMs() < login.endsMs ? login : undefined;
  }

  has({ sessionId }: Login): boolean {
    return [...this.#logins.values()].some((login) => login.sessionId === sessionId && this.#nowMs() < login.endsMs);
  }

  end(sessionId: string): void {
    for (const [hash, login] of this.#logins) if (login.sessionId === sessionId) this.#forget(hash, login, 'expired');
  }

  /** Ends the logins of all keys but these. */
  keepOf(keys: readonly Key[]): void {
    const ids = new Set(keys.map(({ id }) => id));
    for (const [hash, login] of this.#logins)
      if (!ids.has(login.keyId)) this.#forget(hash, login, 'its key was removed');
  }

  #tidy(): void {
    for (const [hash, login] of this.#logins) {
      if (this.#nowMs() < login.endsMs && this.#logins.size < MOST_TOKENS) return;
      this.#forget(hash, login, 'expired');
    }
  }

  #forget(hash: string, login: Login, why: string): void {
    this.#logins.delete(hash);
    this.#ended(login, why);
  }
}
