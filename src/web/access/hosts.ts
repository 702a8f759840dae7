import { isIP } from 'node:net';

/**
 * The names under which the service may be asked. A page of somebody else can make a browser ask any address under the
 * page's own name (DNS rebinding), but it cannot make it send another `Host` than that name.
 */
export class Hosts {
  readonly #names: ReadonlySet<string>;

  constructor(ownName: string, allowed: readonly string[]) {
    const own = ownName.toLowerCase();
    const all = ['localhost', own, `${own}.local`, ...allowed.map((name) => name.toLowerCase())];
    this.#names = new Set(all.filter((name) => name !== ''));
  }

  /** @param host the value of the header, with its port or without. */
  allows(host: string): boolean {
    const [, v6, name = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host) ?? [];
    return isIP(v6 ?? name) !== 0 || this.#names.has(name.toLowerCase().replace(/\.$/, ''));
  }
}
