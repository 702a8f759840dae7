import { z } from 'zod';
import { entriesOf, valueAt, type Path } from './path.ts';

type Schema = z.core.$ZodType;

/** The schema of the setting at `path`, undefined where there is none. Of kinds, the data picks one by its `type`. */
export function schemaAt(schema: Schema, data: unknown, path: Path): Schema | undefined {
  let at: Schema | undefined = schema;
  path.forEach((key, depth) => {
    at = at && entrySchema(at, valueAt(data, path.slice(0, depth)), key);
  });
  return at;
}

/** Names of the settings that may stand in a map. */
export function settingNames(schema: Schema, data: unknown): string[] {
  const map = memberFor(core(schema), data);
  return map instanceof z.core.$ZodObject ? Object.keys(map._zod.def.shape) : [];
}

/** Whether a schema is marked as a secret: see `secret` in `settings/values.ts`. */
export function isSecret(schema: Schema): boolean {
  return [...layers(schema)].some((layer) => z.globalRegistry.get(layer)?.['writeOnly'] === true);
}

/** Whether a setting holds others: a map, a list, or one of a family. */
export function isContainer(schema: Schema): boolean {
  const inner = core(schema);
  return CONTAINERS.some((container) => inner instanceof container);
}

/** Paths of all secrets that the data holds, as text or as a reference. */
export function* secretPaths(schema: Schema, data: unknown, path: Path = []): Generator<Path> {
  if (isSecret(schema)) {
    yield path;
    return;
  }
  for (const [key, value] of entriesOf(data)) {
    const inner = entrySchema(schema, data, key);
    if (inner !== undefined) yield* secretPaths(inner, value, [...path, key]);
  }
}

function entrySchema(schema: Schema, data: unknown, key: string | number): Schema | undefined {
  const container = memberFor(core(schema), data);
  if (typeof key === 'number') return container instanceof z.core.$ZodArray ? container._zod.def.element : undefined;
  if (container instanceof z.core.$ZodRecord) return container._zod.def.valueType;
  if (!(container instanceof z.core.$ZodObject)) return undefined;
  const { shape } = container._zod.def;
  return Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** Of a family, the member whose `type` the data names. */
function memberFor(schema: Schema, data: unknown): Schema | undefined {
  if (!(schema instanceof z.core.$ZodDiscriminatedUnion)) return schema;
  const type = valueAt(data, ['type']);
  return schema._zod.def.options.find((option) => option._zod.propValues?.['type']?.has(type as string));
}

function core(schema: Schema): Schema {
  return [...layers(schema)].at(-1) ?? schema;
}

/** A schema, then what it wraps (a default, an optional, a transform), down to the innermost. */
function* layers(schema: Schema): Generator<Schema> {
  yield schema;
  if (schema instanceof z.core.$ZodPipe) yield* layers(schema._zod.def.in);
  else if (WRAPPERS.some((wrapper) => schema instanceof wrapper)) yield* layers((schema as Wrapper)._zod.def.innerType);
}

const WRAPPERS = [
  z.core.$ZodOptional,
  z.core.$ZodNullable,
  z.core.$ZodDefault,
  z.core.$ZodPrefault,
  z.core.$ZodReadonly,
];
type Wrapper = InstanceType<(typeof WRAPPERS)[number]>;
const CONTAINERS = [z.core.$ZodObject, z.core.$ZodRecord, z.core.$ZodArray, z.core.$ZodDiscriminatedUnion];
