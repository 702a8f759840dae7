/** A line of InfluxDB's line protocol; fields as they stand there, `3i` for a whole number. */
export interface Line {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  readonly time: number;
}

/**
 * Reads lines as InfluxDB does: measurement and tags up to the first space that is not escaped, then fields, then the time. Throws on
 * whatever InfluxDB would refuse. Source: InfluxDB v2 documentation, line protocol.
 */
export function readLines(text: string): Line[] {
  return text.split('\n').map(readLine);
}

function readLine(line: string): Line {
  const [place = '', values = '', time = '', ...more] = split(line, ' ');
  const [measurement = '', ...tags] = split(place, ',');
  const fields = split(values, ',');
  if (measurement === '' || values === '' || more.length > 0 || !/^\d+$/.test(time))
    throw new Error(`no line: ${line}`);
  for (const field of fields)
    if (!/^[^=]+=(-?\d+i|-?\d+(\.\d+)?(e[+-]?\d+)?)$/.test(field)) throw new Error(`no field: ${field}`);
  return { measurement: plain(measurement), tags: pairs(tags), fields: pairs(fields), time: Number(time) };
}

function split(text: string, at: ',' | ' ' | '='): string[] {
  return text.split(new RegExp(`(?<!\\\\)${at}`));
}

function pairs(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', value = '', ...more] = split(text, '=');
      if (name === '' || value === '' || more.length > 0) throw new Error(`no pair: ${text}`);
      return [plain(name), plain(value)];
    }),
  );
}

function plain(text: string): string {
  return text.replace(/\\([, =])/g, '$1');
}
