import type { Answer } from './request.ts';

export function html(status: number, body = '', headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

export function json(status: number, value: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** What is wrong with each field, or each parameter. */
export type Complaints = Readonly<Record<string, readonly string[]>>;

/** A request that is turned down for what it says. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(answer.body);
    this.answer = answer;
  }
}

export const NOT_FOUND = html(
  404,
  '<!doctype html>\n<html lang="en"><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>\n',
);
