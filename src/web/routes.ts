import { denials } from './api/denials.ts';
import { endpoints } from './api/endpoints.ts';
import { files } from './api/files.ts';
import { healthz, livez, readyz } from './api/health.ts';
import { live } from './api/live.ts';
import { login, logout, permissions } from './api/login.ts';
import { metrics } from './api/metrics.ts';
import { openApiRoute } from './api/openapi.ts';
import { sessions } from './api/sessions.ts';
import { statusData, statusPage } from './api/status.ts';
import { newestTelegram, oneTelegram, telegrams } from './api/telegrams.ts';
import type { Route } from './route.ts';
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
  endpoints,
  live,
  telegrams,
  newestTelegram,
  oneTelegram,
  denials,
  sessions,
  statusData,
  statusPage,
  ...files,
];
