/** Where the pages before and behind an answer are; null at the ends. */
export interface Pages {
  readonly nextPage: string | null;
  readonly prevPage: string | null;
}

/** For who reads a list that has no place for it. Source of its shape: RFC 8288. */
export function linksTo({ nextPage, prevPage }: Partial<Pages>): Readonly<Record<string, string>> {
  const links = [...linkTo(nextPage, 'next'), ...linkTo(prevPage, 'prev')];
  return links.length === 0 ? {} : { link: links.join(', ') };
}

function linkTo(page: string | null | undefined, relation: string): string[] {
  return page === null || page === undefined ? [] : [`<${page}>; rel="${relation}"`];
}
