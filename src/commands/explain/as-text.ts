import type { Summary, Wording } from '../decode/wording.ts';
import { isTelegrams, tell } from '../../telegram/recognise.ts';
import { explainRejection } from './rejection.ts';
import { explainTelegram } from './telegram.ts';

/** Text for a person: what each line means, and why something was rejected. */
export const asText: Wording = {
  item: (found) => {
    const { offset, raw } = found;
    const size = `at byte ${offset}, ${raw.length} bytes`;
    if (!('reason' in found)) return paragraph([`telegram ${size}`, ...explainTelegram(found)]);
    return paragraph([`rejected ${size}: ${found.reason}`, ...explainRejection(found)]);
  },
  summary: (summary) => [saySummary(summary), ...sayFinding(summary), ''].join('\n'),
};

function paragraph([head = '', ...lines]: readonly string[]): string {
  return `${[head, ...lines.map((line) => `  ${line}`)].join('\n')}\n\n`;
}

/** Why telegrams are none is said of each of them. */
function sayFinding({ finding }: Summary): string[] {
  if (finding === undefined || isTelegrams(finding)) return [];
  return [finding.kind === 'silence' ? 'there is not a byte in it' : tell(finding)];
}

function saySummary({ telegrams, rejected, noiseBytes }: Summary): string {
  const reasons = Object.entries(rejected).map(([reason, count]) => `${count} ${reason}`);
  const sum = Object.values(rejected).reduce((total, count) => total + count, 0);
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  return `${telegrams} telegram${telegrams === 1 ? '' : 's'}, ${sum} rejected${why}, ${noiseBytes} bytes of noise`;
}
