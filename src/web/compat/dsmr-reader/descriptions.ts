import { FIELDS_SCHEMA, READING_SCHEMA } from './posted-fields.ts';

/** What each request of the API takes and answers, for the OpenAPI document. */

type Json = Readonly<Record<string, unknown>>;

export interface Description {
  readonly summary: string;
  readonly parameters?: readonly Json[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Json>>;
}

const FORM = 'application/x-www-form-urlencoded';
const decimal: Json = { type: 'string', format: 'decimal', examples: ['671.578'] };
const maybe = ({ type, ...rest }: Json): Json => ({ type: [type, 'null'], ...rest });
const number: Json = { type: 'number' };
const whole: Json = { type: 'integer' };

function object(properties: Readonly<Record<string, Json>>): Json {
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** The same of several properties. */
function all(names: string, schema: Json): Record<string, Json> {
  return Object.fromEntries(names.split(' ').map((name) => [name, schema]));
}

function answers(description: string, schema: Json): Json {
  return { description, content: { 'application/json': { schema } } };
}

const WRONG = answers('what is wrong with each parameter or field', {
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' } },
});
const text = (description: string, body: string): Json => ({
  description,
  content: { 'text/html': { schema: { type: 'string', const: body } } },
});

function parameter(name: string, description: string, schema: Json): Json {
  return { name, in: 'query', required: false, description, schema };
}

/** A list of rows that have a time or a day: a part of it. */
function list(summary: string, field: string, bound: Json, row: Json): Description {
  const page = { count: whole, ...all('next previous', maybe({ type: 'string', format: 'uri' })) };
  return {
    summary,
    parameters: [
      parameter(`${field}__gte`, 'from then on', bound),
      parameter(`${field}__lte`, 'up to and with it', bound),
      parameter('ordering', 'oldest first, or newest', { type: 'string', enum: [field, `-${field}`] }),
      parameter('offset', 'rows to leave out before; what is no whole number counts as not given', whole),
      parameter('limit', 'rows in an answer', { type: 'integer', default: 25, maximum: 1_000 }),
    ],
    responses: { '200': answers(summary, object({ ...page, results: { type: 'array', items: row } })), '400': WRONG },
  };
}

function one(summary: string, schema: Json): Description {
  return { summary, responses: { '200': answers(summary, schema) } };
}

const TIME: Json = { type: 'string', examples: ['2026-07-01 00:00:00', '2026-07-01T00:00:00Z'] };
const DAY: Json = { type: 'string', format: 'date', examples: ['2026-07-01'] };

const amounts = all('electricity1 electricity2 electricity1_returned electricity2_returned', decimal);
const costs = 'total_cost fixed_cost electricity1_cost electricity2_cost gas_cost';
const registers = 'electricity1 electricity2 electricity1_returned electricity2_returned gas';

const DAY_ROW = object({
  ...{ id: whole, day: { type: 'string', format: 'date' }, ...amounts, gas: maybe(decimal) },
  ...all(costs, { ...decimal, examples: ['1.30'] }),
  ...all('lowest_temperature highest_temperature average_temperature', { type: 'null' }),
});

const HOUR_ROW = object({
  id: whole,
  hour_start: { type: 'string', format: 'date-time' },
  ...amounts,
  gas: maybe(decimal),
});

const TODAY = object({
  ...{ day: { type: 'string', format: 'date' }, ...all(registers, number), ...all(costs, number) },
  ...all('electricity_merged electricity_returned_merged', number),
});

const live = (properties: Readonly<Record<string, Json>>): Json => ({
  type: 'object',
  properties: { timestamp: { type: 'string', format: 'date-time' }, ...properties },
});

export const DESCRIPTIONS = {
  postTelegram: {
    summary: 'takes a telegram, as the meter printed it; 201 once it is on the card',
    requestBody: {
      required: true,
      content: { [FORM]: { schema: object({ telegram: { type: 'string' } }) } },
    },
    responses: {
      '201': { description: 'it is kept' },
      '400': text('no telegram in the form', 'Invalid data'),
      '500': text('it is damaged, or none', 'Failed to parse telegram'),
    },
  },
  postReading: {
    summary: 'takes the values of a reading; 201 once they are on the card',
    requestBody: {
      required: true,
      content: { [FORM]: { schema: FIELDS_SCHEMA }, 'application/json': { schema: FIELDS_SCHEMA } },
    },
    responses: { '201': answers('the reading', READING_SCHEMA), '400': WRONG },
  },
  readings: list('the readings that the journal keeps', 'timestamp', TIME, READING_SCHEMA),
  today: one('what the day that is not over used, or a text where there is nothing of it', {
    anyOf: [TODAY, { type: 'string' }],
  }),
  electricityLive: one('the newest power, in W', live(all('currently_delivered currently_returned', whole))),
  gasLive: one('the gas of the last quarter of an hour', live({ currently_delivered: decimal })),
  day: list('days that are over', 'day', DAY, DAY_ROW),
  hour: list('hours that are over', 'hour_start', TIME, HOUR_ROW),
  version: one('the DSMR-reader whose API this is', object({ version: { type: 'string' } })),
  monitoring: one('what is not well', object({ problems: whole, details: { type: 'array' } })),
} as const satisfies Readonly<Record<string, Description>>;
