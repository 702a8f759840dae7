/** What stands in an expression of Prometheus: metrics, and the labels that it goes by. */
export interface Expression {
  /** Of a histogram the name of its family. */
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  /** Functions, operators and whatever else is a word. */
  readonly words: readonly string[];
  readonly isBalanced: boolean;
}

const METRIC = /\b((?:p1|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

export function readExpression(text: string): Expression {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\[[^\]]*\]/g, '');
  const metrics = [...bare.matchAll(METRIC)];
  const selectors = metrics.flatMap(([, , matchers = '']) => [...matchers.matchAll(/(\w+)\s*[=!]/g)]);
  const groupings = [...bare.replace(METRIC, '').matchAll(GROUPING)].flatMap(
    ([, names = '']) => names.match(/\w+/g) ?? [],
  );
  const rest = bare.replace(METRIC, '').replace(GROUPING, '');
  return {
    metrics: metrics.map(([, name = '']) => name.replace(/_(?:bucket|sum|count)$/, '')),
    labels: [...selectors.map(([, name = '']) => name), ...groupings],
    words: rest.replace(/\b\d[\d.e]*\b/g, '').match(/[a-z_]\w*/gi) ?? [],
    isBalanced: (bare.match(/\(/g) ?? []).length === (bare.match(/\)/g) ?? []).length,
  };
}
