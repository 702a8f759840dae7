import { timeLimit } from '../time/time-limit.ts';
import { Hearing } from './hearing.ts';
import { P1_LINES, SLOW_LINE, type Line } from './lines.ts';
import { readPort } from './port.ts';

/**
 * Listens to one port, on one line after the other, for `listenMs` each, until it is known what talks there. The slow
 * line is only tried where something does.
 * @throws {Error} that names the port and the remedy where it cannot be opened or was hung up.
 */
export async function listenTo(path: string, listenMs: number, signal: AbortSignal): Promise<Hearing[]> {
  const hearings: Hearing[] = [];
  for (const line of [...P1_LINES, SLOW_LINE]) {
    if (line === SLOW_LINE && hearings.every(({ bytes }) => bytes === 0)) break;
    const hearing = await listen(path, line, timeLimit(signal, listenMs));
    hearings.push(hearing);
    if (signal.aborted || hearing.isMeter || hearing.finding.isSure) break;
  }
  return hearings;
}

async function listen(path: string, line: Line, signal: AbortSignal): Promise<Hearing> {
  const hearing = new Hearing(line);
  for await (const bytes of readPort({ path, ...line }, signal)) hearing.push(bytes, performance.now());
  return hearing;
}
