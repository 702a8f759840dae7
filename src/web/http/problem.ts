/** What kinds of refusals there are: the status of each, and its title. */
const PROBLEMS = {
  'invalid-parameter': [400, 'A parameter is not as expected'],
  'invalid-body': [400, 'The body is not as expected'],
  'bad-request': [400, 'The request cannot be read'],
  unauthenticated: [401, 'A key or a login is needed'],
  forbidden: [403, 'The key is not good for this'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'Not with this method'],
  'not-acceptable': [406, 'Not in this format'],
  conflict: [409, 'It cannot be done as things stand'],
  gone: [410, 'It is not kept any more'],
  'records-expired': [410, 'These records are not kept any more'],
  'too-large': [413, 'The body is too large'],
  'uri-too-long': [414, 'The address is too long'],
  'unsupported-media-type': [415, 'The body is of another kind'],
  misdirected: [421, 'Not under this name'],
  'range-too-large': [422, 'Too much is asked for at once'],
  'upgrade-required': [426, 'Another protocol is needed'],
  'rate-limited': [429, 'Too many attempts'],
  'headers-too-large': [431, 'Too many header fields'],
  internal: [500, 'A fault of p1-relay'],
  'store-unavailable': [503, 'It cannot be told at the moment'],
} as const satisfies Readonly<Record<string, readonly [status: number, title: string]>>;

export type ProblemName = keyof typeof PROBLEMS;

/** A refusal, for whoever asked (RFC 9457). Nothing secret is in its text. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemName;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ProblemName,
    detail: string,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.kind = kind;
    this.members = members;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.kind][0];
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const [status, title] = PROBLEMS[this.kind];
    return { type: `urn:p1-relay:problem:${this.kind}`, title, status, detail: this.message, ...this.members };
  }
}

/** Of a parameter, or a part of a body, that is not as expected. @param allowed begins with `expected`. */
export function notAsExpected(
  parameter: string,
  value: unknown,
  allowed: string,
  kind: 'invalid-parameter' | 'invalid-body' = 'invalid-parameter',
  more: Readonly<Record<string, unknown>> = {},
): Problem {
  const what = value === undefined ? 'missing' : `got ${JSON.stringify(value)}`;
  return new Problem(kind, `${parameter}: ${what}, ${allowed}`, { parameter, value: value ?? null, allowed, ...more });
}
