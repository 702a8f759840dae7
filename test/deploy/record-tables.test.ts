import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { records } from '../../src/web/api/records.ts';

/** The tables for records, and what writes into them: as text, since only SQLite is there to run one. */

interface Property {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly { readonly type: string }[];
}

const { items } = z.toJSONSchema(records.answer!, { io: 'output' }) as unknown as {
  items: { properties: Readonly<Record<string, Property>> };
};
const FIELDS = Object.entries(items.properties).map(([name, { type, anyOf }]) => {
  const types = anyOf?.map((one) => one.type) ?? [type ?? []].flat();
  return { name, type: types[0]!, isOptional: types.includes('null') };
});

const NUMBERS = /^(BIGINT|INT|INTEGER|SMALLINT|REAL|DECIMAL|NUMERIC)\b/;
const TYPES: Readonly<Record<string, RegExp>> = {
  number: NUMBERS,
  boolean: /^(BOOLEAN|INTEGER)\b/,
  string: /^(TEXT|CHAR|VARCHAR|DATE|TIME|DATETIME|TIMESTAMPTZ)\b/,
};

function sql(name: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../deploy/sql', `${name}.sql`), 'utf8');
  return text.replace(/--.*$/gm, '');
}

describe.each(['sqlite', 'postgresql', 'mysql'])('the table for %s', (name) => {
  const [, body = ''] = /CREATE TABLE IF NOT EXISTS records \(([^;]*)\)\s*;/.exec(sql(name)) ?? [];
  const columns = body
    .split('\n')
    .map((line) => /^ {2}([a-z_]+) (.+?),?\s*$/.exec(line))
    .filter((match) => match !== null)
    .map(([, column = '', type = '']) => ({ column, type: type.toUpperCase() }));

  test('has a column for each field of a record, in its order, of its type, empty where that may be', () => {
    expect(columns.map(({ column }) => column)).toEqual(FIELDS.map((field) => field.name));
    for (const [index, { name: field, type, isOptional }] of FIELDS.entries()) {
      expect(columns[index]!.type, field).toMatch(TYPES[type]!);
      expect(columns[index]!.type.endsWith('NOT NULL'), field).toBe(!isOptional);
    }
  });

  test('has one row for each minute of a meter', () => {
    expect(body).toMatch(/PRIMARY KEY \(meter, ts\)/);
  });

  test('is written to with all fields, and a correction replaces all but the key', () => {
    const [, into = '', values = '', updates = ''] =
      /INSERT INTO records \(([^]*?)\n\) VALUES \(([^]*)\n\)\s+ON [^]*?UPDATE(?: SET)?([^]*);/.exec(
        sql(`${name}-upsert`),
      )!;
    const names = FIELDS.map((field) => field.name);
    expect(into.match(/[a-z_]+/g)).toEqual(names);
    expect(
      Array.from(values.matchAll(/:([a-z_]+)|%\(([a-z_]+)\)s/g), ([, colon, percent]) => colon ?? percent),
    ).toEqual(names);
    const replaced = Array.from(updates.matchAll(/^ {2}([a-z_]+) = (?:excluded\.([a-z_]+)|VALUES\(([a-z_]+)\))/gm));
    expect(replaced.map(([, column]) => column)).toEqual(names.filter((one) => one !== 'meter' && one !== 'ts'));
    for (const [, column, excluded, value] of replaced) expect(excluded ?? value).toBe(column);
  });
});
