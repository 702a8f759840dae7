#!/usr/bin/env node
/**
 * Prints records of a p1-relay from an id on, one JSON object a line, oldest first. Needs nothing but Node 22.18 or newer.
 * What is printed again under a (meter, ts) that was there before is a correction.
 *
 * usage: P1_RELAY_KEY=… node records.ts http://meterpi:8011 [STARTING_ID] >> records.ndjson
 */

interface MinuteRecord {
  readonly id: number;
  readonly meter: string;
  readonly ts: string;
  readonly [field: string]: string | number | boolean | null;
}

const WEEK = 1_440 * 7;

/** Yields records from an id on, until there are no more. */
async function* recordsFrom(base: string, key: string, startingId: number): AsyncGenerator<MinuteRecord> {
  for (let next = startingId; ;) {
    const url = new URL(`/edge/v1/records?starting_id=${next}&per_page=${WEEK}`, base);
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`${url.href}: ${response.status} ${await response.text()}`);
    const records = (await response.json()) as MinuteRecord[];
    const newest = records.at(-1);
    if (newest === undefined) return;
    yield* records;
    next = newest.id + 1;
  }
}

const [base = '', startingId = '0'] = process.argv.slice(2);
for await (const record of recordsFrom(base, process.env['P1_RELAY_KEY'] ?? '', Number(startingId)))
  process.stdout.write(`${JSON.stringify(record)}\n`);
