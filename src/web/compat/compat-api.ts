import type { IncomingMessage } from 'node:http';
import type { Answer } from '../http/answer.ts';
import type { Problem } from '../http/problem.ts';

/** The API of another program, answered by that one's rules in front of what this service knows. */
export interface CompatApi {
  serves(path: string): boolean;
  /** @throws {Problem} */
  answer(message: IncomingMessage, address: string): Promise<Answer>;
  /** A refusal as that program words it; as ours are where that is left out. */
  refusal?(problem: Problem): Answer;
}
