import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import type { ServiceView, SourceView } from '../endpoints/endpoint-type.ts';
import type { SourceTally, Tally } from '../telemetry/tally.ts';
import { instanceId } from './instance.ts';

/** The service as endpoints may show it. */
export function serviceView(
  { http, stateDir }: Config,
  { version, startedAt, tally }: { readonly version: string; readonly startedAt: Date; readonly tally: Tally },
): Omit<ServiceView, 'endpoints'> {
  return {
    version,
    startedAt,
    instanceId: instanceId(stateDir.path),
    pageUrl: pageUrl(http),
    sources: () => tally.sources().map(toView),
  };
}

function toView({ name, connected, trouble, accepted, rejected, lastAcceptedAt }: SourceTally): SourceView {
  const all = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  return { name, connected, trouble, accepted, rejected: all, lastAcceptedAt };
}

/** Every address of the machine. */
const ANY = ['0.0.0.0', '::'];

/** Of the page, as another machine reaches it; undefined where only this one can. */
function pageUrl({ enabled, host, port, tls }: Config['http']): string | undefined {
  if (!enabled || /^(127\.|::1$|localhost$)/.test(host)) return undefined;
  const name = ANY.includes(host) ? hostname() : host;
  return `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
