/** Elements of the page. Whatever comes from outside becomes text, never markup. */

/**
 * Makes an element: `class` and other attributes, `on…` listeners, then children; those that are undefined are left out.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string | undefined)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** What was last put into each element. */
const filled = new WeakMap();

/** Puts children in the place of those that are there, but leaves all as it is where nothing changed: a focus stays. */
export function fill(root, ...children) {
  const fresh = make('div', {}, ...children);
  if (fresh.innerHTML === filled.get(root)) return;
  filled.set(root, fresh.innerHTML);
  root.replaceChildren(...fresh.childNodes);
}

/** A list of names and values. */
export function pairs(rows) {
  return make('dl', {}, ...rows.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
}

/** A table under a line that opens it: what a chart shows, for those who do not see it. */
export function tableUnder(title, heads, rows) {
  const cells = (tag, row) =>
    make('tr', {}, ...row.map((cell) => make(tag, tag === 'th' ? { scope: 'col' } : {}, cell)));
  return make(
    'details',
    {},
    make('summary', {}, title),
    make(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title },
      make(
        'table',
        {},
        make('thead', {}, cells('th', heads)),
        make('tbody', {}, ...rows.map((row) => cells('td', row))),
      ),
    ),
  );
}
