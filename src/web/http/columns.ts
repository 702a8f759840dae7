import { z } from 'zod';
import type { Answer } from './answer.ts';

/** A list without rows as CSV has its head all the same, or a reader of CSV finds no columns. */
export function withHead(answer: Answer, schema: z.ZodType | undefined): Answer {
  const isCsv = String(answer.headers['content-type']).startsWith('text/csv');
  if (!isCsv || answer.body !== '' || schema === undefined) return answer;
  return { ...answer, body: `${columnsOf(rowIn(schema) ?? schema).join(',')}\r\n` };
}

/** What a list holds: an array, or the first array of an envelope, of whichever shape comes first. */
function rowIn(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodUnion) return firstOf(schema.options);
  return schema instanceof z.ZodObject ? firstOf(Object.values(schema.shape)) : undefined;
}

function firstOf(schemas: readonly z.core.$ZodType[]): z.core.$ZodType | undefined {
  for (const schema of schemas) {
    const row = rowIn(schema);
    if (row !== undefined) return row;
  }
  return undefined;
}

/** As rows are laid out: what lies in an object has a column of its own, `usage.total`. */
function columnsOf(schema: z.core.$ZodType, prefix = ''): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return columnsOf(schema.unwrap(), prefix);
  if (!(schema instanceof z.ZodObject)) return [prefix];
  return Object.entries(schema.shape).flatMap(([name, part]: [string, z.core.$ZodType]) =>
    columnsOf(part, prefix === '' ? name : `${prefix}.${name}`),
  );
}
