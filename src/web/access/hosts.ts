import { isIP } from 'node:net';

/**
 * What routers put behind a machine's name, in networks of homes. Nobody outside has these names, but fritz.box, which
 * belongs to the maker of that router; and only together with this machine's own name they are ours.
 */
const HOME_NETWORKS = ['local', 'lan', 'home', 'home.arpa', 'internal', 'localdomain', 'fritz.box'];

/**
 * The names under which the service may be asked. A page of somebody else can make a browser ask any address under the
 * page's own name (DNS rebinding), but it cannot make it send another `Host` than that name.
 */
export class Hosts {
  readonly #names: ReadonlySet<string>;

  constructor(ownName: string, allowed: readonly string[]) {
    const own = ownName.toLowerCase();
    const [label = ''] = own.split('.');
    const atHome = label === '' ? [] : HOME_NETWORKS.map((network) => `${label}.${network}`);
    const all = ['localhost', own, label, ...atHome, ...allowed.map((name) => name.toLowerCase())];
    this.#names = new Set(all.filter((name) => name !== ''));
  }

  /**
   * Whether a page of ours makes this request: a browser names the site whose page asks to change something.
   *
   * @param host the value of the header `Host`.
   */
  isOwn(origin: string, host: string): boolean {
    if (!URL.canParse(origin)) return false;
    const { host: asking, hostname } = new URL(origin);
    return asking.toLowerCase() === host.toLowerCase() || this.#names.has(hostname);
  }

  /** @param host the value of the header, with its port or without. */
  allows(host: string): boolean {
    const [, v6, name = ''] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/i.exec(host) ?? [];
    return isIP(v6 ?? name) !== 0 || this.#names.has(name.toLowerCase().replace(/\.$/, ''));
  }
}
