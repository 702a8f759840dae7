import type { MeterProfile } from './telegram.ts';
import type { Reading } from './reading.ts';

/** One request, read whole. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Its number among all that came, from 1. */
  readonly nth: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One stored reading. */
export interface Row {
  readonly id: number;
  readonly api: 'v1' | 'v2';
  /** When it was stored. */
  readonly arrivedAt: Date;
  /** The number of the request that brought it, which came earlier where the row was stored late. */
  readonly request: number;
  /** The request body, byte for byte. */
  readonly body: Buffer;
  /** v1: the telegram as it came out of the form, a byte of the meter a code point. */
  readonly telegram?: string;
  readonly reading: Reading;
}

/** What the far side knows and how it is set; its owner may change every field at any time. */
export interface State {
  key: string;
  /** False: the API is switched off in the server's administration. */
  enabled: boolean;
  profile: MeterProfile;
  now: () => Date;
  /** Puts its own time in the place of the meter's; for API v1 only. */
  overridesTimestamps: boolean;
  /** Of readings older than this, milliseconds, only the first and the last of each hour are still listed. */
  keepsAllForMs: number;
  /** All that was ever stored, in order. */
  readonly rows: Row[];
  readonly statistics: Record<string, unknown>;
}

export function html(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** The server's page for an exception that it did not catch: its class and text in the first `<pre>`, about 5 kB in all. */
export function exceptionPage(exception: string, message: string): Answer {
  const trace = Array.from(
    { length: 60 },
    (_, i) => `  File &quot;/dsmr/venv/lib/site-packages/django/frame${i}.py&quot;, line ${i}, in handler`,
  );
  return html(
    500,
    `<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>Server Error | DSMR-reader</title></head>
<body>
<h1>Server Error</h1>
<h2>Exception:</h2>
<pre>${exception}: ${escape(message)}</pre>
<h3>Traceback:</h3>
<pre>${trace.join('\n')}
</pre>
</body>
</html>
`,
  );
}

/** The page for a path that the server does not know. */
export const notFoundPage = html(
  404,
  '<!doctype html>\n<html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>\n',
);

/** Either header suffices; both are looked at. */
export function keyFits(request: Request, key: string): boolean {
  return request.headers['x-authkey'] === key || request.headers['authorization'] === `Token ${key}`;
}

/** The fields of a form, url-encoded or multipart; undefined for any other kind of body. */
export function formFields(request: Request): Map<string, string> | undefined {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    return new Map(new URLSearchParams(request.body.toString('utf8')));
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1];
  return boundary === undefined ? undefined : multipartFields(request.body.toString('utf8'), boundary);
}

function multipartFields(body: string, boundary: string): Map<string, string> {
  const parts = body.split(`--${boundary}`).slice(1, -1);
  return new Map(
    parts.map((part): [string, string] => {
      const end = part.indexOf('\r\n\r\n');
      return [/name="([^"]*)"/.exec(part.slice(0, end))?.[1] ?? '', part.slice(end + 4, -2)];
    }),
  );
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
