import { aggregates } from './api/aggregate.ts';
import { denials } from './api/denials.ts';
import { endpoints } from './api/endpoints.ts';
import { files } from './api/files.ts';
import { gaps } from './api/gaps.ts';
import { healthz, livez, readyz } from './api/health.ts';
import { addKey, listKeys, removeKey } from './api/keys.ts';
import { live } from './api/live.ts';
import { login, logout, permissions } from './api/login.ts';
import { markers } from './api/markers.ts';
import { meter, meters, registers } from './api/meters.ts';
import { metrics } from './api/metrics.ts';
import { openApiRoute } from './api/openapi.ts';
import { records } from './api/records.ts';
import { endReplay, showReplay, startReplay } from './api/replay.ts';
import { series } from './api/series.ts';
import { sessions } from './api/sessions.ts';
import { statusData, statusPage } from './api/status.ts';
import { newestTelegram, oneTelegram, telegrams } from './api/telegrams.ts';
import { usage } from './api/usage.ts';
import { ws } from './api/ws.ts';
import type { Route } from './http/route.ts';
import type { RouteParts } from './route-parts.ts';

/** Everything that can be asked for. */
export const routes: readonly Route<RouteParts>[] = [
  livez,
  readyz,
  healthz,
  metrics,
  openApiRoute(() => routes),
  login,
  logout,
  permissions,
  listKeys,
  addKey,
  removeKey,
  startReplay,
  showReplay,
  endReplay,
  endpoints,
  live,
  records,
  usage,
  ...aggregates,
  ...series,
  markers,
  meters,
  meter,
  registers,
  gaps,
  telegrams,
  newestTelegram,
  oneTelegram,
  ws,
  denials,
  sessions,
  statusData,
  statusPage,
  ...files,
];
