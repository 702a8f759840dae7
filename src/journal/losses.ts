/** Letters that the journal took from an endpoint; each count may fall again, where one turns out to have arrived. */
export interface Losses {
  /** That waited, to the journal's size or to damage. */
  readonly dropped: number;
  /** That waited, and were left out so that others need not be dropped. */
  readonly thinned: number;
  /** Dead letters, because only so many are kept. They count as dropped from then on. */
  readonly forgotten: number;
}

export const NO_LOSSES: Losses = { dropped: 0, thinned: 0, forgotten: 0 };

/** How far losses went on since `before`; undefined where nothing changed. */
export function changeOf(before: Losses, { dropped, thinned, forgotten }: Losses): Losses | undefined {
  const change = {
    dropped: dropped - before.dropped,
    thinned: thinned - before.thinned,
    forgotten: forgotten - before.forgotten,
  };
  return Object.values(change).some((count) => count !== 0) ? change : undefined;
}
