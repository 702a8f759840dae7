import { z } from 'zod';
import { notAsExpected } from './problem.ts';

/** What is wrong with a parameter, or a part of a body. */
interface Fault {
  readonly parameter: string;
  /** Undefined where it is missing. */
  readonly value: unknown;
  readonly allowed: string;
}

/** What is shown of a value that is wrong. */
const SHOWN = 100;

/** The values of a query. @throws {Problem} that names each parameter that is not as expected. */
export function readQuery<T>(schema: z.ZodType<T> & z.ZodObject, query: URLSearchParams): T {
  const given: Record<string, string> = {};
  const twice: Fault[] = [];
  for (const [name, value] of query) {
    if (Object.hasOwn(given, name)) twice.push({ parameter: name, value, allowed: 'expected it once' });
    Object.defineProperty(given, name, { value, enumerable: true, configurable: true });
  }
  return read(schema, given, 'invalid-parameter', twice);
}

/** The parameters of a path, or of a body. @throws {Problem} */
export function read<T>(
  schema: z.ZodType<T>,
  given: unknown,
  kind: 'invalid-parameter' | 'invalid-body',
  known: readonly Fault[] = [],
): T {
  const result = schema.safeParse(given);
  const faults = [...known, ...(result.error?.issues ?? []).flatMap((issue) => faultsOf(issue, given, schema))];
  const [first] = faults;
  if (result.success && first === undefined) return result.data;
  const { parameter, value, allowed } = first ?? {
    parameter: '',
    value: undefined,
    allowed: 'expected something else',
  };
  const others = faults.length > 1 ? { errors: faults.slice(0, 20) } : {};
  throw notAsExpected(parameter, value, allowed, kind, others);
}

function faultsOf(issue: z.core.$ZodIssue, given: unknown, schema: z.ZodType): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    const parameter = issue.path.map(String).join('.') || 'body';
    return [{ parameter, value: shown(valueAt(given, issue.path)), allowed: expectation(issue) }];
  }
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const allowed = names.length === 0 ? 'expected no parameter' : `expected none but ${names.join(', ')}`;
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    return { parameter: path.map(String).join('.'), value: shown(valueAt(given, path)), allowed };
  });
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected')) return issue.message;
  return issue.code === 'invalid_type' ? `expected ${issue.expected}` : `expected another: ${issue.message}`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    given,
  );
}

/** A secret that was put in the wrong place must not come back whole into somebody's log. */
function shown(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return value;
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return written.length > SHOWN ? `${written.slice(0, SHOWN)}…` : written;
}
