#!/usr/bin/env node
/**
 * Prints records of a p1-relay from an id on, one JSON object a line, oldest first. Needs nothing but Node 20 or newer.
 * What is printed again under a (meter, ts) that was there before is a correction.
 *
 * usage: RECORDS_KEY=… node records.mjs http://meterpi:8011 [STARTING_ID] >> records.ndjson
 */

const WEEK = 1_440 * 7;

/** Yields records from an id on, until there are no more. */
async function* recordsFrom(base, key, startingId) {
  for (let next = startingId; ;) {
    const url = new URL(`/edge/v1/records?starting_id=${next}&per_page=${WEEK}`, base);
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`${url.href}: ${response.status} ${await response.text()}`);
    const records = await response.json();
    if (records.length === 0) return;
    yield* records;
    next = records.at(-1).id + 1;
  }
}

const [base, startingId = '0'] = process.argv.slice(2);
const key = process.env.RECORDS_KEY;
try {
  if (!base || !key) throw new Error('usage: RECORDS_KEY=… node records.mjs http://meterpi:8011 [STARTING_ID]');
  for await (const record of recordsFrom(base, key, Number(startingId)))
    process.stdout.write(`${JSON.stringify(record)}\n`);
} catch (error) {
  process.stderr.write(`${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
