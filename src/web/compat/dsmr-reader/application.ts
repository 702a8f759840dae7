import { json } from './answers.ts';
import type { Answer, Parts, Request } from './request.ts';

/** The DSMR-reader whose API this is. */
const VERSION = '5.11.0';

export function version(): Answer {
  return json(200, { version: VERSION });
}

/** What is not well. */
export async function monitoring(_: Request, { office, now }: Parts): Promise<Answer> {
  const since = now().toISOString();
  const details = (await office.problems()).map((description) => ({ source: 'p1-relay', description, since }));
  return json(200, { problems: details.length, details });
}
