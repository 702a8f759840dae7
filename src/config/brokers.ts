import type { Draft } from './draft.ts';
import type { Path } from './path.ts';

/** Settings that mean nothing without another one, and what that is. */
const PAIRS = [
  ['password', 'user', 'the user of that password'],
  ['cert', 'certKey', 'the file with its key'],
  ['certKey', 'cert', 'the file with its certificate'],
] as const;

/** Checks endpoints of type mqtt: what only counts together, and that no two get into each other's way at one broker. */
export function checkBrokers(draft: Draft, endpoints: readonly { readonly path: Path }[]): void {
  const brokers = endpoints.map(({ path }) => path).filter((path) => draft.get([...path, 'type']) === 'mqtt');
  for (const path of brokers) checkPairs(draft, path);
  checkApart(draft, brokers, 'clientId', 'clientId');
  checkApart(draft, brokers, 'prefix', topicsOf);
}

function checkPairs(draft: Draft, endpoint: Path): void {
  const has = (setting: string): boolean => draft.get([...endpoint, setting]) !== undefined;
  for (const [setting, other, what] of PAIRS)
    if (has(setting) && !has(other))
      draft.report([...endpoint, setting], `stands without ${other}, expected ${what} beside it`);
}

type Keyed = (draft: Draft, endpoint: Path) => string | undefined;

function checkApart(draft: Draft, brokers: readonly Path[], setting: string, key: string | Keyed): void {
  const seen = new Set<string>();
  for (const path of brokers) {
    const value = typeof key === 'string' ? draft.get([...path, key]) : key(draft, path);
    if (typeof value !== 'string') continue;
    const place = `${placeOf(draft.get([...path, 'url']))} ${value}`;
    if (seen.has(place))
      draft.report([...path, setting], `is that of another endpoint at this broker${REMEDIES[setting] ?? ''}`);
    seen.add(place);
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  clientId: ', expected one of its own',
  prefix: ' (Home Assistant tells letters and digits apart, nothing else), expected one of its own',
};

/** What tells an endpoint's topics and ids from those of another; those of a DSMR-reader have no prefix. */
function topicsOf(draft: Draft, endpoint: Path): string | undefined {
  if (draft.get([...endpoint, 'profile']) === 'dsmr-reader') return undefined;
  const prefix = draft.get([...endpoint, 'prefix']) ?? 'p1-relay';
  return typeof prefix === 'string' ? prefix.replace(/[^A-Za-z0-9]/g, '_') : undefined;
}

function placeOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : String(url);
}
