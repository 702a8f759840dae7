import type { Found } from './found.ts';
import type { Ledger } from './ledger.ts';

/** Something that a power cut must not do. */
export interface Breach {
  readonly kind: 'lost' | 'corrupt' | 'outOfOrder' | 'twice';
  readonly text: string;
}

/** What a journal that was opened behind a power cut does not hold of what it owes. */
export function breaches(ledger: Ledger, found: Found): Breach[] {
  return [
    ...ofDamage(found),
    ...ofDurable(ledger, found),
    ...ofRows(ledger, found),
    ...ofCursors(ledger, found),
    ...ofDeadLetters(ledger, found),
    ...ofNewNumbers(ledger, found),
  ];
}

function ofDamage({ damage }: Found): Breach[] {
  return damage.map((text) => ({ kind: 'corrupt', text }));
}

function ofDurable({ durable, keptFrom }: Ledger, { rows }: Found): Breach[] {
  const there = new Map(rows.map(({ seq, n }) => [seq, n]));
  return [...durable]
    .filter(([seq, n]) => seq >= keptFrom && there.get(seq) !== n)
    .map(([seq]) => ({ kind: 'lost', text: `letter ${seq} was on the card` }));
}

/** Nothing is there that was never appended, and what is there ends at one point: no letter behind it without it. */
function ofRows({ committed, keptFrom, highestNumber }: Ledger, { rows }: Found): Breach[] {
  const wrong = rows.filter(({ seq, n }) => n === undefined || n > highestNumber || (committed.get(seq) ?? n) !== n);
  const disordered = rows.filter(({ n }, index) => index > 0 && (n ?? 0) <= (rows[index - 1]?.n ?? 0));
  const there = new Set(rows.map(({ seq }) => seq));
  const newest = Math.max(0, ...there);
  const holes = [...committed.keys()].filter((seq) => seq >= keptFrom && seq < newest && !there.has(seq));
  return [
    ...wrong.map(({ seq }): Breach => ({ kind: 'corrupt', text: `letter ${seq} is none that was appended` })),
    ...disordered.map(({ seq }): Breach => ({ kind: 'outOfOrder', text: `letter ${seq} follows a later one` })),
    ...holes.map((seq): Breach => ({ kind: 'outOfOrder', text: `letter ${seq} is gone, and later ones are there` })),
  ];
}

function ofCursors({ leastAcked, mostAcked }: Ledger, { cursors }: Found): Breach[] {
  return cursors.flatMap(({ name, acked, waiting, behind }): Breach[] => {
    const [least, most] = [leastAcked.get(name) ?? 0, mostAcked.get(name) ?? 0];
    const place = `cursor ${name} at ${acked}`;
    return [
      ...(acked < least ? [{ kind: 'twice', text: `${place}, on the card it was ${least}` } as const] : []),
      ...(acked > most ? [{ kind: 'lost', text: `${place}, it never was beyond ${most}` } as const] : []),
      ...(waiting !== behind ? [{ kind: 'corrupt', text: `${place} counts ${waiting}, ${behind} wait` } as const] : []),
    ];
  });
}

function ofDeadLetters({ deadForSure, deadPerhaps, committed }: Ledger, { dead }: Found): Breach[] {
  const there = new Set(dead.map(({ name }) => name));
  const seqOf = (name: string): number => Number(name.split(' ')[1]);
  const wrong = dead.filter(({ name, n }) => n === undefined || (committed.get(seqOf(name)) ?? n) !== n);
  return [
    ...[...deadForSure]
      .filter((name) => !there.has(name))
      .map((name) => ({ kind: 'lost', text: `dead letter ${name}` }) as const),
    ...[...there]
      .filter((name) => !deadPerhaps.has(name))
      .map((name) => ({ kind: 'twice', text: `dead letter ${name}` }) as const),
    ...wrong.map(({ name }) => ({ kind: 'corrupt', text: `dead letter ${name} has other bytes` }) as const),
  ];
}

/** Numbers that were handed out before may be at the endpoints, which would pass over new letters with them. */
function ofNewNumbers({ highestSeq }: Ledger, { appended }: Found): Breach[] {
  const used = appended.filter((seq, index) => seq <= (appended[index - 1] ?? highestSeq));
  return used.map((seq) => ({ kind: 'twice', text: `number ${seq} again, up to ${highestSeq} were handed out` }));
}
