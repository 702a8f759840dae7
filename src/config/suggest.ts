/** `; did you mean "…"?` where one of the candidates is close enough to a misspelt word to be meant, else nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word.slice(0, MAX_WORD), candidates);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Longer words are not compared to their end: no setting has a longer name. */
const MAX_WORD = 64;
/** One slip of the pen in three letters still reads as the same word. */
const LETTERS_PER_SLIP = 3;

function nearest(word: string, candidates: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / LETTERS_PER_SLIP));
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(flat(word), flat(candidate)) }))
    .filter(({ distance }) => distance <= allowed)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** `baud_rate`, `baud-rate` and `baudrate` all mean `baudRate`. */
function flat(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** How many letters must be added, taken away, replaced or swapped with the next to make one word of the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [];
  const at = (i: number, j: number) => (i < 0 || j < 0 ? Math.max(i, j) + 1 : (rows[i]?.[j] ?? Infinity));
  for (let i = 0; i < a.length; i += 1) {
    rows.push([]);
    for (let j = 0; j < b.length; j += 1) {
      const isSwap = a[i] === b[j - 1] && a[i - 1] === b[j];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (a[i] === b[j] ? 0 : 1),
          isSwap ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(a.length - 1, b.length - 1);
}
