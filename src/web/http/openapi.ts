import { z } from 'zod';
import { SCOPES } from '../access/scopes.ts';
import { JSON_TYPE } from './formats.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of a table of routes, from the schemas that read its requests. @param more paths that are answered by rules of their own. */
export function openApi<Parts>(
  routes: readonly Route<Parts>[],
  version: string,
  more: Readonly<Record<string, Json>> = {},
): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'p1-relay',
      version,
      description: `What a P1 relay knows of its meters. A key is sent as \`Authorization: Bearer\`, \`Token\` or \`Basic\`, or as \`X-AUTHKEY\`. Scopes: ${SCOPES.join(', ')}.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: { ...paths, ...more },
    components: { securitySchemes: SECURITY_SCHEMES, schemas: { Problem: PROBLEM }, responses: { Problem: REFUSED } },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'a key, or the token of a login' },
  authkey: { type: 'apiKey', in: 'header', name: 'X-AUTHKEY', description: 'a key' },
  basic: { type: 'http', scheme: 'basic', description: "a key's name and the key, or the key alone" },
  cookie: { type: 'apiKey', in: 'cookie', name: 'p1_relay_session', description: 'a login of the page' },
};

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457; a wrong parameter is named, with its value and what is allowed',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    parameter: { type: 'string' },
    value: {},
    allowed: {},
  },
};

const REFUSED = {
  description: 'it was refused',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function operation<Parts>(route: Route<Parts>): Json {
  const { method, path, scope, summary, params, query, body } = route;
  return {
    operationId: operationId(method, path),
    summary,
    security: scope === 'none' ? [{}] : Object.keys(SECURITY_SCHEMES).map((scheme) => ({ [scheme]: [scope] })),
    parameters: [...parametersIn('path', params), ...parametersIn('query', query)],
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: {
      [String(route.status ?? (method === 'DELETE' ? 204 : 200))]: response(route),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

/** `get-edge-v1-meters-meter` */
export function operationId(method: string, path: string): string {
  const words = path.split(/[^a-z0-9]+/i).filter((word) => word !== '');
  return [method.toLowerCase(), ...words].join('-');
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
}

function parametersIn(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, 'input') as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: own,
  }));
}

function requestBody(body: z.ZodType): Json {
  const schema = toJsonSchema(body, 'input');
  return { required: true, content: { [JSON_TYPE]: { schema }, 'application/x-www-form-urlencoded': { schema } } };
}

function response<Parts>({ answer, types = [], summary }: Route<Parts>): Json {
  const asJson = answer === undefined ? {} : { [JSON_TYPE]: { schema: toJsonSchema(answer, 'output') } };
  const others = types.map((type): [string, Json] => [type, { schema: { type: 'string' } }]);
  const content = { ...asJson, ...Object.fromEntries(others) };
  return { description: summary, ...(Object.keys(content).length === 0 ? {} : { content }) };
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return dialect === undefined ? {} : rest;
}
