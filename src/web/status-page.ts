import type { StatusData } from './status-data.ts';

interface Table {
  readonly title: string;
  readonly of: Exclude<keyof StatusData, 'generated'>;
  /** Heading, and where in a row its value lies. */
  readonly columns: readonly (readonly [head: string, path: string])[];
}

/** What the page shows; its script reads the columns from the page itself. */
const TABLES: readonly Table[] = [
  {
    title: 'Servers',
    of: 'servers',
    columns: [
      ['Server', 'server_id'],
      ['Role', 'role'],
      ['Version', 'version'],
      ['Status', 'status'],
      ['Hostname', 'hostname'],
      ['Port', 'port'],
      ['S/N', 'serial_number'],
      ['Started', 'started'],
      ['Last error', 'last_error'],
    ],
  },
  {
    title: 'Meters',
    of: 'meters',
    columns: [
      ['Meter', 'meter_id'],
      ['Model', 'model'],
      ['DSMR', 'dsmr_version'],
      ['Status', 'status'],
      ['Last telegram', 'last_telegram'],
      ['Valid', 'telegrams.valid'],
      ['Rejected', 'telegrams.rejected'],
    ],
  },
  {
    title: 'Queues',
    of: 'queues',
    columns: [
      ['Queue', 'queue_id'],
      ['Product', 'product'],
      ['In use', 'in_use'],
      ['Waiting', 'used'],
      ['Free bytes', 'free_bytes'],
      ['Oldest', 'oldest'],
      ['Delivered', 'statistic.delivered'],
      ['Failures', 'statistic.failed'],
      ['Dead letters', 'statistic.dead_letters'],
      ['Dropped', 'statistic.dropped'],
    ],
  },
  {
    title: 'Sessions',
    of: 'sessions',
    columns: [
      ['Session ID', 'session_id'],
      ['Kind', 'kind'],
      ['Status', 'status'],
      ['Host', 'host'],
      ['Address', 'ip_address'],
      ['Started', 'started'],
      ['Items', 'items'],
      ['Message', 'message'],
    ],
  },
];

/** The whole page, with the data of now in it: it needs no script to be read. */
export function statusPage(data: StatusData): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>p1-relay: status</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/status/status.css">
<script src="/status/status.js" defer></script>
</head>
<body>
<main>
<h1>p1-relay</h1>
<p>As of <time id="generated">${escape(data.generated)}</time>. * coordinator.</p>
<p><a href="../">Power and usage</a></p>
${TABLES.map((table) => section(table, data[table.of])).join('\n')}
</main>
</body>
</html>
`;
}

function section({ title, of, columns }: Table, rows: readonly object[]): string {
  const heads = columns.map(([head, path]) => `<th scope="col" data-path="${path}">${escape(head)}</th>`).join('');
  const lines = rows.map(
    (row) => `<tr>${columns.map(([, path]) => `<td>${escape(cell(row, path))}</td>`).join('')}</tr>`,
  );
  return `<section aria-label="${title}">
<h2>${title}</h2>
<div class="wide"><table data-of="${of}">
<thead><tr>${heads}</tr></thead>
<tbody>${lines.join('')}</tbody>
</table></div>
</section>`;
}

/** As `public/status.js` does it. */
function cell(row: object, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], row);
  const mark = path === 'status' && (row as { coordinator?: boolean }).coordinator === true ? '*' : '';
  return (typeof value === 'string' || typeof value === 'number' ? String(value) : '') + mark;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
