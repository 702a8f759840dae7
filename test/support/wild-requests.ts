import fc from 'fast-check';
import type { Asking } from './web.ts';

/** Requests made of an OpenAPI document: usual ones, odd ones, and such as nobody should make. */

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: {
    readonly enum?: readonly string[];
    readonly maximum?: number;
    readonly examples?: readonly string[];
  };
}

/** A JSON schema, as far as bodies are made of it. */
interface BodySchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, BodySchema>>;
  readonly items?: BodySchema;
  readonly anyOf?: readonly BodySchema[];
}

interface Operation {
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: BodySchema }>> };
}

/** What of an OpenAPI document requests are made of. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A request as anybody might make it. */
export interface Wild extends Asking {
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e999',
    'null',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '%00',
    "' OR 1=1 --",
    '2026-02-30',
    'NaN',
  ),
  fc.nat().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const headerText = fc.string({ unit: fc.constantFrom(...Array.from('abcZ09 ,;=*/.-:"_')), maxLength: 60 });

function valueOf({ schema: { enum: words = [], maximum = 9, examples = [] } }: Parameter): fc.Arbitrary<string> {
  const usual = [...words, ...examples, '1', String(maximum)];
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: text });
}

/** One path, one method. */
export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

export function operationsOf({ paths }: OpenApi): Asked[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

/** Requests as a client may make them that knows one of these keys, or none, and is not careful. */
export function requests({ path, method, operation }: Asked, keys: readonly string[]): fc.Arbitrary<Wild> {
  const secret = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: headerText });
  const credentials = fc.oneof(
    fc.constant({}),
    fc
      .tuple(fc.constantFrom('Bearer', 'Token', 'Basic', 'Digest', ''), secret)
      .map(([scheme, word]) => ({ authorization: `${scheme} ${word}` })),
    secret.map((word) => ({ 'x-authkey': word })),
    secret.map((word) => ({ cookie: `p1_relay_session=${word}` })),
  );
  const others = fc.dictionary(
    fc.constantFrom(
      'accept',
      'if-none-match',
      'content-type',
      'range',
      'origin',
      'x-forwarded-for',
      'te',
      'user-agent',
    ),
    fc.oneof(headerText, fc.constantFrom('text/csv', 'application/json', 'application/x-www-form-urlencoded', '*/*')),
    { maxKeys: 3 },
  );
  return fc.record({
    route: fc.constant(path),
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom('POST', 'DELETE', 'PUT', 'HEAD', 'PATCH', 'OPTIONS') },
    ),
    path: pathOf(path, operation.parameters),
    headers: fc
      .tuple(credentials, others)
      .map(([one, other]) => ({ 'content-type': typeOf(operation), ...other, ...one })),
    body: bodyOf(operation),
  });
}

function typeOf({ requestBody }: Operation): string {
  return Object.keys(requestBody?.content ?? {})[0] ?? 'application/json';
}

/** As its schema wants it, or nearly, or not at all. */
function bodyOf({ requestBody }: Operation): fc.Arbitrary<string> {
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  const wild = fc.oneof(fc.constant(''), fc.json({ maxDepth: 3 }), text, fc.constant('x'.repeat(66_000)));
  if (schema === undefined) return fc.oneof({ weight: 3, arbitrary: fc.constant('') }, wild);
  return fc.oneof({ weight: 4, arbitrary: valueBy(schema).map((value) => JSON.stringify(value)) }, wild);
}

function valueBy({ type, enum: words, examples, properties, items, anyOf }: BodySchema): fc.Arbitrary<unknown> {
  const wild = fc.oneof(text, fc.integer(), fc.constant(null));
  const usual = (one: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 9, arbitrary: one }, { weight: 1, arbitrary: wild });
  if (words !== undefined) return usual(fc.constantFrom(...words));
  if (examples !== undefined) return usual(fc.constantFrom(...examples));
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(valueBy));
  if (items !== undefined) return usual(fc.array(valueBy(items), { maxLength: 3 }));
  if (properties === undefined) return usual(BY_TYPE[type ?? ''] ?? text);
  const parts = Object.entries(properties).map(([name, one]) => [name, valueBy(one)] as const);
  const whole = fc.record(Object.fromEntries(parts));
  return fc.oneof({ weight: 3, arbitrary: whole }, fc.record(Object.fromEntries(parts), { requiredKeys: [] }), wild);
}

const BY_TYPE: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.constantFrom('home', 'all', 'house', '2027-01-31T00:00:00Z', '127.0.0.0/8'),
  integer: fc.nat({ max: 100 }),
  number: fc.double({ noNaN: true }),
  boolean: fc.boolean(),
};

function pathOf(path: string, parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const chosen = parameters.map((one) =>
    fc.tuple(fc.constant(one), fc.option(valueOf(one), { freq: one.in === 'path' ? 1_000_000 : 2 })),
  );
  const more = fc.array(fc.tuple(text, text), { maxLength: 1 });
  return fc.tuple(fc.tuple(...chosen), more).map(([given, extra]) => {
    const query = new URLSearchParams(extra);
    let filled = path;
    for (const [{ name, in: place }, value] of given) {
      if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value ?? '1'));
      else if (value !== null) query.append(name, value);
    }
    return query.size === 0 ? filled : `${filled}?${query.toString()}`;
  });
}
