// Keeps the tables of the status page up to date: what each column shows stands in its head.
const EVERY_MS = 5000;

function text(row, path) {
  const value = path.split('.').reduce((part, name) => part?.[name], row);
  const mark = path === 'status' && row.coordinator === true ? '*' : '';
  return (typeof value === 'string' || typeof value === 'number' ? String(value) : '') + mark;
}

function fill(table, rows) {
  const paths = [...table.querySelectorAll('th')].map((head) => head.dataset.path);
  const lines = rows.map((row) => {
    const line = document.createElement('tr');
    for (const path of paths) line.insertCell().textContent = text(row, path);
    return line;
  });
  table.tBodies[0].replaceChildren(...lines);
}

async function refresh() {
  const answer = await fetch('/status/data.json').catch(() => undefined);
  if (answer?.ok !== true) return;
  const data = await answer.json();
  document.getElementById('generated').textContent = data.generated;
  for (const table of document.querySelectorAll('table')) fill(table, data[table.dataset.of]);
}

setInterval(refresh, EVERY_MS);
