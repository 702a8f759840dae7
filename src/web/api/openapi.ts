import { json, type Answer } from '../http/answer.ts';
import { describedPaths } from '../compat/dsmr-reader/routes.ts';
import { openApi } from '../http/openapi.ts';
import { defineRoute, type Route } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

/** The description of all routes; `all` is asked for when there are all. */
export function openApiRoute(all: () => readonly Route<RouteParts>[]): Route<RouteParts> {
  let document: unknown;
  return defineRoute({
    method: 'GET',
    path: '/edge/v1/openapi.json',
    scope: 'none',
    summary: 'this document',
    handle(_asked, { settings: { version, compat } }: RouteParts): Answer {
      document ??= openApi(all(), version, compat.dsmrReader.enabled ? describedPaths() : {});
      return json(document);
    },
  });
}
