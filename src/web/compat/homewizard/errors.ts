import { json, type Answer } from '../../http/answer.ts';

/** Ids of errors. Source: HomeWizard's API documentation, v1, error handling. */
export const BAD_JSON = 2;
export const BAD_VALUE = 7;
export const NOT_MODIFIABLE = 8;
export const TOO_LARGE = 201;
export const INTERNAL = 901;

export function refuse(id: number, description: string, status = 400, headers: Answer['headers'] = {}): Answer {
  return json({ error: { id, description } }, status, headers);
}
